//! The table of this process' models: declared twice, loaded once.

use std::collections::HashMap;
use std::sync::{Arc, LazyLock, Weak};

use arc_swap::ArcSwap;

use super::Model;
use super::error::ModelError;
use super::source::{ModelSource, Stamp};

type Table = HashMap<(ModelSource, Stamp), Weak<Model>>;

/// No lock: a forked child must be able to read it whatever other threads did at that moment.
static TABLE: LazyLock<ArcSwap<Table>> = LazyLock::new(ArcSwap::default);

/// The known model, or a new one.
pub(super) fn open(source: &ModelSource) -> Result<Arc<Model>, ModelError> {
    let fault = |fault| source.error(fault);
    // A file that was replaced is another model.
    let stamp = source.stamp().map_err(fault)?;
    let known = || TABLE.load().get(&(source.clone(), stamp)).and_then(Weak::upgrade);
    if let Some(model) = known() {
        return Ok(model);
    }
    let model = Model::new(source.clone()).map_err(fault)?;
    TABLE.rcu(|table| {
        let live = |(_, model): &(&_, &Weak<Model>)| model.strong_count() > 0;
        let mut table: Table =
            table.iter().filter(live).map(|(key, model)| (key.clone(), model.clone())).collect();
        // Two threads may get here at once; the first one's model is everybody's.
        table.entry((source.clone(), stamp)).or_insert_with(|| Arc::downgrade(&model));
        table
    });
    Ok(known().unwrap_or(model))
}

/// Loads the models of a declaration anew, from its files as they are now, for everybody who holds one; see
/// [`Model`]. Later declarations get the same model. How many there were.
pub fn reload(source: &ModelSource) -> Result<usize, ModelError> {
    let fault = |fault| source.error(fault);
    let stamp = source.stamp().map_err(fault)?;
    let of_source = |key: &(ModelSource, Stamp)| key.0 == *source;
    let table = TABLE.load();
    let models: Vec<_> =
        table.iter().filter(|(key, _)| of_source(key)).filter_map(|(_, model)| model.upgrade()).collect();
    for model in &models {
        model.reload().map_err(fault)?;
    }
    if let Some(model) = models.first() {
        TABLE.rcu(|table| {
            let others = table.iter().filter(|(key, _)| !of_source(key));
            let mut table: Table = others.map(|(key, model)| (key.clone(), model.clone())).collect();
            table.insert((source.clone(), stamp), Arc::downgrade(model));
            table
        });
    }
    Ok(models.len())
}

/// The models somebody holds, in no particular order.
pub fn models() -> Vec<Arc<Model>> {
    TABLE.load().values().filter_map(Weak::upgrade).collect()
}
