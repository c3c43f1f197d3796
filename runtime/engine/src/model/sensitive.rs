//! `Sensitive` with a model that finds names.

use std::sync::Arc;

use pyshield_core::entity::Recognizers;
use pyshield_core::literal::LiteralHits;
use pyshield_core::scanner::sensitive::Sensitive;
use pyshield_core::stream::windows::Reads;
use pyshield_core::{Input, ScannerError, Verdict};
use serde_json::Value;

use super::Model;
use super::answer::Answers;
use super::names::{Names, NamesSpec};
use super::passage::Passage;
use super::scanner::{BuildError, ModelScanner};
use super::spec::parse;

/// The class name.
pub(crate) const NAME: &str = "Sensitive";

/// The recognisers, and what adds names to what they find.
#[derive(Debug)]
struct SensitiveWithNames {
    scanner: Sensitive,
    names: Names,
}

/// Makes the scanner of a declaration whose `names` was taken out of it.
pub(crate) fn build(spec: Value, names: Value) -> Result<Box<dyn ModelScanner>, BuildError> {
    let names = Names::new(NAME, &parse::<NamesSpec>(NAME, names)?)?;
    let scanner = Sensitive::with_model(parse(NAME, spec)?, names.entities(), names.threshold())?;
    Ok(Box::new(SensitiveWithNames { scanner, names }))
}

impl ModelScanner for SensitiveWithNames {
    fn name(&self) -> &'static str {
        NAME
    }

    fn model(&self) -> &Arc<Model> {
        self.names.model()
    }

    fn heads(&self) -> &[usize] {
        self.names.heads()
    }

    fn rests_on_model(&self) -> bool {
        // Nobody else looks for private data.
        false
    }

    fn reads(&self) -> Reads {
        // Some recognisers look at what stands far before a value.
        Reads::Whole
    }

    fn redacts(&self) -> bool {
        self.scanner.redacts()
    }

    fn passages(&self, input: &Input<'_>, _most: usize) -> Vec<Passage> {
        Names::passages(input)
    }

    fn judge(&self, input: &Input<'_>, answers: &Answers) -> Result<Verdict, ScannerError> {
        let recognizers = self.scanner.recognizers();
        let mut candidates = recognizers.search(input.text, &LiteralHits::default(), input.interrupt)?;
        self.names.add(recognizers, input.text, answers, &mut candidates);
        self.scanner.verdict(Recognizers::settled(input.text, candidates))
    }
}
