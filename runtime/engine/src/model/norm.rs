//! Microsoft's `SkipLayerNormalization`: the operator that ONNX Runtime joins a sum and the norm behind it to.
//!
//! ONNX Runtime's own kernel for CPUs walks through a row number by number, and each waits for a division that the
//! one before it needed. Here sixteen rows go side by side. Every number is computed from the same ones in the same
//! order, so the results are the same to the bit; [`is_same`] has both compute something before this one is used.

mod probe;

use std::array;
use std::io;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, OnceLock};

use ort::environment::Environment;
use ort::operator::{
    ComputeContext, Kernel, KernelContext, Operator, OperatorDomain, OperatorInput, OperatorOutput,
    ShapeInferenceContext,
};
use ort::session::Session;
use ort::session::builder::SessionBuilder;
use ort::value::{DynValue, TensorElementType};

use super::error::brief;
use super::external::{external_data, imports};
use super::source::ModelSource;
use probe::is_same;

/// The set that the operator is of.
const DOMAIN: &str = "com.microsoft";
const NAME: &str = "SkipLayerNormalization";

/// What goes to the root if a graph does not say.
const USUAL_EPSILON: f32 = 1e-12;

/// Rows that go side by side.
const ABREAST: usize = 16;

/// The largest file that is read into memory to add an import to it.
const MOST_BYTES: u64 = 256 << 20;

/// An entry for `opset_import` of a model: the first version of Microsoft's operators.
const IMPORT: &[u8] = b"\x42\x11\x0a\x0dcom.microsoft\x10\x01";

/// How a graph is loaded that may have norms which are computed here.
pub(crate) enum Graph {
    /// From its file, which imports Microsoft's operators.
    File,
    /// From memory, with the import added: without it ONNX Runtime would take the set to be this operator alone.
    Memory(Vec<u8>),
}

impl Graph {
    /// How to load the graph of `source`; `None` if its norms are left to ONNX Runtime.
    pub(crate) fn of(source: &ModelSource, environment: &Environment) -> Option<Self> {
        static SAME: OnceLock<bool> = OnceLock::new();
        let same = SAME.get_or_init(|| {
            let same = is_same(environment);
            if let Err(error) = &same {
                tracing::warn!("{NAME} could not be compared: {}", brief(error.message()));
            }
            same.unwrap_or(false)
        });
        if !same {
            return None;
        }
        let graph = &source.graph;
        let read = || -> io::Result<Option<Self>> {
            if imports(graph, DOMAIN)? {
                return Ok(Some(Self::File));
            }
            let binary = graph.extension().is_some_and(|extension| extension.eq_ignore_ascii_case("ort"));
            // What is in memory has no folder to find weights in.
            if binary || external_data(graph).map_or(true, |files| !files.is_empty()) {
                return Ok(None);
            }
            let length = std::fs::metadata(graph)?.len();
            if length > MOST_BYTES {
                return Ok(None);
            }
            let mut bytes = Vec::with_capacity(length as usize + IMPORT.len());
            io::Read::read_to_end(&mut io::Read::take(std::fs::File::open(graph)?, length), &mut bytes)?;
            // A repeated field of a message goes on wherever its next entry stands.
            bytes.extend_from_slice(IMPORT);
            Ok(Some(Self::Memory(bytes)))
        };
        // Whatever is wrong with the file, loading it says it better.
        read().ok().flatten()
    }

    /// Loads it with the norms computed here.
    /// Gives the session and how many norms of it are.
    pub(crate) fn load(
        &self,
        builder: SessionBuilder,
        source: &ModelSource,
    ) -> ort::Result<(Session, usize)> {
        let kernels = Arc::default();
        let mut builder = with_norm(builder, &kernels)?;
        let session = match self {
            Self::File => builder.commit_from_file(&source.graph),
            Self::Memory(bytes) => builder.commit_from_memory(bytes),
        }?;
        Ok((session, kernels.load(Ordering::Relaxed)))
    }
}

/// Has the norms of a session computed here. What is given by the name of a set is looked for before what ONNX
/// Runtime has of the same name. `kernels` counts them.
fn with_norm(builder: SessionBuilder, kernels: &Arc<AtomicUsize>) -> ort::Result<SessionBuilder> {
    let domain = OperatorDomain::new(DOMAIN)?.add(SkipNorm { kernels: Arc::clone(kernels) })?;
    Ok(builder.with_operators(domain)?)
}

struct SkipNorm {
    /// How many of it there are in the session.
    kernels: Arc<AtomicUsize>,
}

impl Operator for SkipNorm {
    type Kernel<'attr> = NormKernel;

    fn name(&self) -> &str {
        NAME
    }

    fn inputs(&self) -> impl IntoIterator<Item = OperatorInput> {
        let (required, optional) = (OperatorInput::required, OperatorInput::optional);
        let float = TensorElementType::Float32;
        // Numbers, what is added to them, and of the norm: scale, shift, and what is added as well.
        [required(float), required(float), required(float), optional(float), optional(float)]
    }

    fn outputs(&self) -> impl IntoIterator<Item = OperatorOutput> {
        let float = TensorElementType::Float32;
        // The norm; mean and deviation, which are for training; and the sum.
        let optional = || OperatorOutput::optional(float);
        [OperatorOutput::required(float), optional(), optional(), optional()]
    }

    fn create_kernel(&self, context: &KernelContext<'_>) -> ort::Result<NormKernel> {
        self.kernels.fetch_add(1, Ordering::Relaxed);
        Ok(NormKernel { epsilon: context.get("epsilon").unwrap_or(USUAL_EPSILON) })
    }

    fn infer_shape(&self, context: &mut ShapeInferenceContext) -> ort::Result<()> {
        match context.inputs().first() {
            // One without dimensions is one of which nothing is known.
            Some(numbers) if numbers.tensor_shape().is_some_and(|shape| !shape.is_empty()) => {
                context.set_output(0, numbers)
            }
            _ => Ok(()),
        }
    }
}

struct NormKernel {
    epsilon: f32,
}

impl Kernel for NormKernel {
    fn compute(&mut self, context: &ComputeContext) -> ort::Result<()> {
        let inputs = [0, 1, 2, 3, 4].map(|at| context.input(at));
        let [numbers, skip, scale, shift, bias] = inputs;
        let (numbers, skip, scale, shift, bias) = (numbers?, skip?, scale?, shift?, bias?);
        let needed = || ort::Error::new(format!("{NAME}: an input is missing"));
        let (shape, numbers) = numbers.as_deref().ok_or_else(needed)?.try_extract_tensor::<f32>()?;
        let scale = floats(scale.as_deref())?.ok_or_else(needed)?;
        let sum = Sum {
            numbers,
            skip: floats(skip.as_deref())?.ok_or_else(needed)?,
            bias: floats(bias.as_deref())?,
        };
        let norm = Norm { scale, shift: floats(shift.as_deref())?, epsilon: self.epsilon };
        if !sum.fits(scale.len()) || norm.shift.is_some_and(|shift| shift.len() != scale.len()) {
            return Err(ort::Error::new(format!("{NAME}: the inputs do not fit each other")));
        }
        let mut output = context.output(0, shape.to_vec())?.ok_or_else(needed)?;
        let (_, output) = output.try_extract_tensor_mut::<f32>()?;
        sum.write(output, scale.len());
        if context.num_outputs()? > 3
            && let Some(mut kept) = context.output(3, shape.to_vec())?
        {
            kept.try_extract_tensor_mut::<f32>()?.1.copy_from_slice(output);
        }
        norm.apply(output);
        Ok(())
    }
}

fn floats(value: Option<&DynValue>) -> ort::Result<Option<&[f32]>> {
    value.map(|value| Ok(value.try_extract_tensor::<f32>()?.1)).transpose()
}

/// What the norm is taken of.
struct Sum<'v> {
    numbers: &'v [f32],
    /// As many, or as many as a part of them: then it begins anew for each part.
    skip: &'v [f32],
    bias: Option<&'v [f32]>,
}

impl Sum<'_> {
    /// Whether all are of rows of that width.
    fn fits(&self, width: usize) -> bool {
        let Self { numbers, skip, bias } = self;
        width > 0
            && numbers.len().is_multiple_of(width)
            && !skip.is_empty()
            && skip.len().is_multiple_of(width)
            && numbers.len().is_multiple_of(skip.len())
            && bias.is_none_or(|bias| bias.len() == width)
    }

    fn write(&self, into: &mut [f32], width: usize) {
        let rows = self.numbers.chunks_exact(width).zip(self.skip.chunks_exact(width).cycle());
        for (into, (numbers, skip)) in into.chunks_exact_mut(width).zip(rows) {
            let pairs = into.iter_mut().zip(numbers.iter().zip(skip));
            match self.bias {
                Some(bias) => pairs.zip(bias).for_each(|((into, (a, b)), c)| *into = a + b + c),
                None => pairs.for_each(|(into, (a, b))| *into = a + b),
            }
        }
    }
}

/// The norm of each row.
struct Norm<'v> {
    scale: &'v [f32],
    shift: Option<&'v [f32]>,
    epsilon: f32,
}

impl Norm<'_> {
    fn apply(&self, rows: &mut [f32]) {
        let width = self.scale.len();
        for rows in rows.chunks_mut(width * ABREAST) {
            let moments = moments(rows, width);
            for (row, (mean, squares)) in rows.chunks_exact_mut(width).zip(moments) {
                let deviation = (squares / width as f32 + self.epsilon).sqrt();
                let scaled = row.iter_mut().zip(self.scale);
                match self.shift {
                    Some(shift) => scaled.zip(shift).for_each(|((number, scale), shift)| {
                        *number = (*number - mean) / deviation * scale + shift;
                    }),
                    None => scaled.for_each(|(number, scale)| *number = (*number - mean) / deviation * scale),
                }
            }
        }
    }
}

/// Of each row the mean and the sum of squared distances to it, by Welford's method. Where there are fewer rows, the
/// last one is taken again: it costs nothing beside the others.
#[expect(clippy::needless_range_loop, reason = "it is a place of every row")]
fn moments(rows: &[f32], width: usize) -> [(f32, f32); ABREAST] {
    let last = (rows.len() / width).saturating_sub(1);
    let abreast: [&[f32]; ABREAST] = array::from_fn(|row| &rows[row.min(last) * width..][..width]);
    let (mut means, mut squares) = ([0_f32; ABREAST], [0_f32; ABREAST]);
    for at in 0..width {
        let count = (at + 1) as f32;
        let numbers: [f32; ABREAST] = array::from_fn(|row| abreast[row][at]);
        for row in 0..ABREAST {
            let distance = numbers[row] - means[row];
            means[row] += distance / count;
            squares[row] += distance * (numbers[row] - means[row]);
        }
    }
    array::from_fn(|row| (means[row], squares[row]))
}

#[cfg(test)]
mod tests {
    use super::probe::sample;
    use super::*;
    use crate::model::library;

    /// As ONNX Runtime has it.
    fn one_by_one(row: &[f32], norm: &Norm<'_>) -> Vec<f32> {
        let (mut mean, mut squares) = (0.0_f32, 0.0_f32);
        for (at, number) in row.iter().enumerate() {
            let distance = number - mean;
            mean += distance / (at + 1) as f32;
            squares += distance * (number - mean);
        }
        let deviation = (squares / row.len() as f32 + norm.epsilon).sqrt();
        let scaled = row.iter().zip(norm.scale).map(|(number, scale)| (number - mean) / deviation * scale);
        match norm.shift {
            Some(shift) => scaled.zip(shift).map(|(number, shift)| number + shift).collect(),
            None => scaled.collect(),
        }
    }

    #[test]
    fn rows_side_by_side_are_as_one_by_one() {
        for (rows, width) in [(0, 5), (1, 1), (1, 384), (15, 7), (16, 33), (17, 12), (50, 384)] {
            let (scale, shift) = (sample(width, 1), sample(width, 2));
            for shift in [Some(&shift[..]), None] {
                let norm = Norm { scale: &scale, shift, epsilon: 1e-12 };
                let numbers = sample(rows * width, 3);
                let expected: Vec<f32> =
                    numbers.chunks_exact(width).flat_map(|row| one_by_one(row, &norm)).collect();
                let mut found = numbers;
                norm.apply(&mut found);
                let bits = |all: &[f32]| all.iter().map(|number| number.to_bits()).collect::<Vec<_>>();
                assert_eq!(bits(&found), bits(&expected), "{rows} × {width}");
            }
        }
    }

    #[test]
    fn what_is_added_may_be_for_all_texts_alike() {
        let mut into = [0.0; 8];
        let sum = Sum { numbers: &[1.0; 8], skip: &[1.0, 2.0, 3.0, 4.0], bias: Some(&[10.0, 20.0]) };
        assert!(sum.fits(2));
        sum.write(&mut into, 2);
        let expected: [f32; 8] = [12.0, 23.0, 14.0, 25.0, 12.0, 23.0, 14.0, 25.0];
        assert_eq!(into.map(f32::to_bits), expected.map(f32::to_bits));
    }

    #[test]
    fn what_does_not_fit_is_refused() {
        let eight = [0.0; 8];
        let fits = |numbers, skip, bias, width| {
            let bias: Option<usize> = bias;
            Sum { numbers: &eight[..numbers], skip: &eight[..skip], bias: bias.map(|bias| &eight[..bias]) }
                .fits(width)
        };
        assert!(fits(8, 8, Some(4), 4) && fits(8, 4, None, 4) && fits(0, 4, None, 4));
        for (numbers, skip, bias, width) in [
            (8, 8, None, 0),
            (7, 7, None, 4),
            (8, 0, None, 4),
            (8, 6, None, 4),
            (8, 8, Some(2), 4),
            (4, 8, None, 4),
        ] {
            assert!(!fits(numbers, skip, bias, width), "{numbers} {skip} {bias:?} {width}");
        }
    }

    /// Where a library is named: there is none without Python.
    #[test]
    fn the_library_computes_the_same() {
        if std::env::var_os(library::VARIABLE).is_some() {
            assert!(is_same(&library::environment(None).unwrap()).unwrap());
        }
    }
}
