//! A session: one loaded graph, run on rows.

use std::borrow::Cow;
use std::sync::Arc;

use half::{bf16, f16};
use ort::session::builder::{GraphOptimizationLevel, SessionBuilder};
use ort::session::{SessionInputValue, SessionInputs};
use ort::value::{DynValue, Outlet, Shape, TensorElementType, TensorRef};

use super::config::ModelConfig;
use super::error::{ModelFault, brief};
use super::library;
use super::norm;
use super::provider;
use super::pulse::Pulse;
use super::reading::{Reading, read};
use super::source::ModelSource;
use super::window::Window;

/// What one row said: a reading for each head that was asked for, by the head's position.
pub(crate) type Row = Vec<(usize, Reading)>;

/// A graph input that we know how to fill.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Feed {
    Ids,
    Mask,
    Types,
    Positions,
}

/// The values of an input, in the form that the graph wants: 64-bit integers mostly. A mask may be of floats.
enum Values {
    Long(Vec<i64>),
    Short(Vec<i32>),
    Single(Vec<f32>),
    Half(Vec<f16>),
}

impl Values {
    fn fill(&mut self, values: impl Iterator<Item = i64>) {
        fn refill<T>(held: &mut Vec<T>, values: impl Iterator<Item = T>) {
            held.clear();
            held.extend(values);
        }
        match self {
            Self::Long(held) => refill(held, values),
            Self::Short(held) => refill(held, values.map(|value| value as i32)),
            Self::Single(held) => refill(held, values.map(|value| value as f32)),
            Self::Half(held) => refill(held, values.map(|value| f16::from_f32(value as f32))),
        }
    }

    fn tensor(&self, shape: [usize; 2]) -> ort::Result<SessionInputValue<'_>> {
        Ok(match self {
            Self::Long(held) => TensorRef::from_array_view((shape, &held[..]))?.into(),
            Self::Short(held) => TensorRef::from_array_view((shape, &held[..]))?.into(),
            Self::Single(held) => TensorRef::from_array_view((shape, &held[..]))?.into(),
            Self::Half(held) => TensorRef::from_array_view((shape, &held[..]))?.into(),
        })
    }
}

/// How a session uses the cores.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Threading {
    /// Threads that share the work of an operation, the one that runs the session among them.
    pub(crate) threads: usize,
    /// Whether they spin while they wait for each other. They never do between runs.
    pub(crate) spins: bool,
}

/// A loaded graph with what it needs to run.
pub(crate) struct Session {
    graph: ort::session::Session,
    config: Arc<ModelConfig>,
    feeds: Vec<(Feed, Values)>,
    /// For each head, its output's name.
    outputs: Vec<String>,
    provider: &'static str,
    norms: usize,
    padding: u32,
    pulse: Arc<Pulse>,
}

impl Session {
    /// Loads the graph and checks that it fits its configuration.
    pub(crate) fn open(
        source: &ModelSource,
        config: &Arc<ModelConfig>,
        padding: u32,
        threading: Threading,
    ) -> Result<Self, ModelFault> {
        let environment = library::environment(None)?;
        let setup = |error: &dyn ToString| ModelFault::Library(brief(&error.to_string()));
        let mut wanted = &source.providers[..];
        let mut untried = true;
        let (graph, provider, norms) = loop {
            let builder = ort::session::Session::builder(&environment).map_err(|error| setup(&error))?;
            let builder = threading.apply(builder).map_err(|error| setup(&error))?;
            let (mut builder, provider) = provider::register(builder, wanted, source.strict)?;
            if untried && provider == provider::CPU {
                untried = false;
                if let Some(graph) = norm::Graph::of(source, &environment) {
                    match graph.load(builder, source) {
                        Ok((graph, norms)) => break (graph, provider, norms),
                        // Loading it as it is says what is wrong with it, if that is not the norms.
                        Err(error) => {
                            let (model, error) = (&source.name, brief(error.message()));
                            tracing::warn!(model, "its norms are left to ONNX Runtime: {error}");
                            continue;
                        }
                    }
                }
            }
            let fault = match builder.commit_from_file(&source.graph) {
                Ok(graph) => break (graph, provider, 0),
                Err(error) => ModelFault::unreadable(source.graph_name(), error.message()),
            };
            // A provider may find out only now that it cannot: the next one that is wanted can, perhaps.
            wanted = provider::after(wanted, provider);
            if provider == provider::CPU || (wanted.is_empty() && source.strict) {
                return Err(fault);
            }
            tracing::warn!(provider, "execution provider not usable for the model: {fault}");
        };
        let feeds = graph.inputs().iter().map(feed).collect::<Result<Vec<_>, _>>()?;
        if !feeds.iter().any(|(feed, _)| *feed == Feed::Ids) {
            return Err(ModelFault::Shape("it has no input input_ids".to_owned()));
        }
        let outputs = outputs(graph.outputs(), config)?;
        let pulse = Pulse::new().map_err(|error| setup(&error))?;
        let config = Arc::clone(config);
        Ok(Self { graph, config, feeds, outputs, provider, norms, padding, pulse: Arc::new(pulse) })
    }

    /// The execution provider in force.
    pub(crate) const fn provider(&self) -> &'static str {
        self.provider
    }

    /// How many norms of the graph are computed by the runtime's own operator.
    pub(crate) const fn norms(&self) -> usize {
        self.norms
    }

    /// Tokens of the longest row.
    pub(crate) fn longest(&self) -> usize {
        self.config.window
    }

    /// What shows its runs to other threads.
    pub(crate) fn pulse(&self) -> Arc<Pulse> {
        Arc::clone(&self.pulse)
    }

    /// Has its runs shown by the pulse of another session, which never runs at the same time.
    pub(crate) fn beat(&mut self, pulse: Arc<Pulse>) {
        self.pulse = pulse;
    }

    /// The session, with its runs shown by that pulse.
    pub(crate) fn beating(mut self, pulse: Arc<Pulse>) -> Self {
        self.beat(pulse);
        self
    }

    /// Runs rows as one batch, the shorter ones filled up. `heads` are the bits of those that are read.
    pub(crate) fn run(&mut self, rows: &[&Window], heads: u64) -> Result<Vec<Row>, ModelFault> {
        let longest = rows.iter().map(|row| row.len()).max().unwrap_or(0);
        if longest == 0 {
            return Ok(rows.iter().map(|_| Row::new()).collect());
        }
        let padding = self.padding;
        let shape = [rows.len(), longest];
        let fault = |error: ort::Error| ModelFault::Run(describe(&error));
        let mut inputs: Vec<SessionInputValue<'_>> = Vec::with_capacity(self.feeds.len());
        for (feed, values) in &mut self.feeds {
            let feed = *feed;
            values
                .fill(rows.iter().flat_map(|row| (0..longest).map(move |at| value(feed, row, at, padding))));
            inputs.push(values.tensor(shape).map_err(fault)?);
        }
        let inputs: SessionInputs<'_, '_> = SessionInputs::ValueSlice(&inputs);
        let running = self.pulse.begin();
        let outputs = self.graph.run_with_options(inputs, self.pulse.options());
        let stopped = running.end();
        let outputs = outputs.map_err(|error| match stopped {
            Some(after) => ModelFault::Run(format!("it did not end, and was stopped after {after:.1?}")),
            None => fault(error),
        })?;
        let mut said: Vec<Row> = rows.iter().map(|_| Row::new()).collect();
        for (at, head) in self.config.heads.iter().enumerate() {
            if heads & (1 << at) == 0 {
                continue;
            }
            let name = &self.outputs[at];
            let output =
                outputs.get(name).ok_or_else(|| ModelFault::Shape(format!("{name} is not there")))?;
            let (shape, data) = floats(output)
                .ok_or_else(|| ModelFault::Shape(format!("{name} is not of 32-bit or 16-bit floats")))?;
            let readings = read(head, rows, longest, shape, &data)?;
            for (row, reading) in said.iter_mut().zip(readings) {
                row.push((at, reading));
            }
        }
        Ok(said)
    }
}

impl Threading {
    fn apply(self, builder: SessionBuilder) -> ort::Result<SessionBuilder> {
        let builder = builder
            .with_optimization_level(GraphOptimizationLevel::All)?
            .with_intra_threads(self.threads)?
            .with_inter_threads(1)?
            .with_intra_op_spinning(self.spins)?
            .with_inter_op_spinning(false)?
            // Rows differ in length; patterns of memory would be planned for each.
            .with_memory_pattern(false)?;
        if self.spins {
            return Ok(builder.with_config_entry("session.force_spinning_stop", "1")?);
        }
        Ok(builder)
    }
}

/// An output's shape and its numbers; `None` if they are no floats.
fn floats(output: &DynValue) -> Option<(&Shape, Cow<'_, [f32]>)> {
    if let Ok((shape, data)) = output.try_extract_tensor::<f32>() {
        return Some((shape, Cow::Borrowed(data)));
    }
    if let Ok((shape, data)) = output.try_extract_tensor::<f16>() {
        return Some((shape, data.iter().map(|value| value.to_f32()).collect()));
    }
    let (shape, data) = output.try_extract_tensor::<bf16>().ok()?;
    Some((shape, data.iter().map(|value| value.to_f32()).collect()))
}

fn feed(input: &Outlet) -> Result<(Feed, Values), ModelFault> {
    let name = input.name();
    let feed = match name {
        "input_ids" => Feed::Ids,
        "attention_mask" => Feed::Mask,
        "token_type_ids" => Feed::Types,
        "position_ids" => Feed::Positions,
        other => {
            let detail = format!("the input {other} is not one of a text encoder");
            return Err(ModelFault::Shape(brief(&detail)));
        }
    };
    let rank = input.dtype().tensor_shape().map_or(0, |shape| shape.len());
    let values = match (input.dtype().tensor_type(), feed) {
        (Some(TensorElementType::Int64), _) => Values::Long(Vec::new()),
        (Some(TensorElementType::Int32), _) => Values::Short(Vec::new()),
        (Some(TensorElementType::Float32), Feed::Mask) => Values::Single(Vec::new()),
        (Some(TensorElementType::Float16), Feed::Mask) => Values::Half(Vec::new()),
        _ => return Err(ModelFault::Shape(format!("the input {name} is not of integers"))),
    };
    if rank != 2 {
        return Err(ModelFault::Shape(format!("the input {name} has {rank} dimensions, not 2")));
    }
    Ok((feed, values))
}

fn value(feed: Feed, row: &Window, at: usize, padding: u32) -> i64 {
    let token = row.ids.get(at);
    match feed {
        Feed::Ids => i64::from(token.copied().unwrap_or(padding)),
        Feed::Mask => i64::from(token.is_some()),
        Feed::Types => i64::from(row.types.get(at).copied().unwrap_or(0)),
        Feed::Positions => i64::try_from(at).unwrap_or(i64::MAX),
    }
}

/// The graph's name for each head's output.
fn outputs(of_graph: &[Outlet], config: &ModelConfig) -> Result<Vec<String>, ModelFault> {
    let mut names = Vec::with_capacity(config.heads.len());
    for head in &config.heads {
        let named = head.outputs.iter().find_map(|name| of_graph.iter().find(|output| output.name() == name));
        let first = if config.is_single() { of_graph.first() } else { None };
        let Some(output) = named.or(first) else {
            let has: Vec<&str> = of_graph.iter().map(Outlet::name).collect();
            let detail = format!(
                "head {}: no output {}; there are {}",
                head.name,
                head.outputs.join(" or "),
                has.join(", ")
            );
            return Err(ModelFault::Shape(brief(&detail)));
        };
        let last = output.dtype().tensor_shape().and_then(|shape| shape.last().copied()).unwrap_or(-1);
        let labels = head.labels.len();
        if labels > 0 && last > 0 && last as usize != labels {
            let detail =
                format!("head {} has {labels} labels, its output {} gives {last}", head.name, output.name());
            return Err(ModelFault::Shape(detail));
        }
        names.push(output.name().to_owned());
    }
    Ok(names)
}

/// What went wrong in a run. Messages of operators tell shapes and indices, not texts.
fn describe(error: &ort::Error) -> String {
    brief(error.message())
}

impl std::fmt::Debug for Session {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Session").field("provider", &self.provider).finish_non_exhaustive()
    }
}
