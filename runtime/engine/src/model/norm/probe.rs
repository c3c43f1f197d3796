//! The operator as ONNX Runtime has it and as it is here, side by side.

use std::sync::Arc;

use ort::environment::Environment;
use ort::session::builder::GraphOptimizationLevel;
use ort::session::{Session, SessionInputValue, SessionInputs};
use ort::value::TensorRef;

use super::super::external::field;
use super::{ABREAST, DOMAIN, IMPORT, NAME, with_norm};

/// Whether ONNX Runtime as it is here computes the same, to the bit. Another version may not, nor another processor.
pub(super) fn is_same(environment: &Environment) -> ort::Result<bool> {
    let (rows, width) = (ABREAST + 3, 67);
    let graph = probe();
    let run = |ours: bool| -> ort::Result<Vec<Vec<u32>>> {
        let builder = Session::builder(environment)?
            .with_optimization_level(GraphOptimizationLevel::Disable)?
            .with_intra_threads(1)?
            .with_intra_op_spinning(false)?;
        let mut builder = if ours { with_norm(builder, &Arc::default())? } else { builder };
        let mut session = builder.commit_from_memory(&graph)?;
        let (numbers, skip) = (sample(rows * width, 1), sample(rows * width, 2));
        let of_row = [3, 4, 5].map(|seed| sample(width, seed));
        let (whole, row) = ([1, rows, width], [width]);
        let mut inputs: Vec<SessionInputValue<'_>> = Vec::with_capacity(5);
        for values in [&numbers, &skip] {
            inputs.push(TensorRef::from_array_view((whole, &values[..]))?.into());
        }
        for values in &of_row {
            inputs.push(TensorRef::from_array_view((row, &values[..]))?.into());
        }
        let inputs: SessionInputs<'_, '_> = SessionInputs::ValueSlice(&inputs);
        let outputs = session.run(inputs)?;
        let bits = outputs.values().map(|output| {
            let (_, numbers) = output.try_extract_tensor::<f32>()?;
            Ok(numbers.iter().map(|number| number.to_bits()).collect())
        });
        bits.collect()
    };
    let (theirs, ours) = (run(false)?, run(true)?);
    Ok(!theirs.is_empty() && theirs == ours)
}

/// Numbers as they come in a model: a few that are much larger than the others.
pub(super) fn sample(count: usize, seed: u64) -> Vec<f32> {
    let mut state = seed.wrapping_mul(0x9e37_79b9_7f4a_7c15);
    let mut next = || {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        ((state >> 40) as f32 / (1 << 23) as f32) - 1.0
    };
    (0..count).map(|at| next() * if at % 29 == 7 { 40.0 } else { 1.5 }).collect()
}

/// A graph of the operator in all its forms, as an ONNX file.
fn probe() -> Vec<u8> {
    let epsilon =
        [field(1, b"epsilon"), vec![0x15], 1e-5_f32.to_le_bytes().to_vec(), b"\xa0\x01\x01".to_vec()];
    let node = |inputs: &[&str], outputs: &[&str]| {
        let names = |number, names: &[&str]| -> Vec<u8> {
            names.iter().flat_map(|name| field(number, name.as_bytes())).collect()
        };
        let kind = [field(4, NAME.as_bytes()), field(5, &epsilon.concat()), field(7, DOMAIN.as_bytes())];
        field(1, &[names(1, inputs), names(2, outputs), kind.concat()].concat())
    };
    // A tensor of 32-bit floats, of any shape.
    let value = |number, name: &str| {
        field(number, &[field(1, name.as_bytes()), b"\x12\x04\x0a\x02\x08\x01".to_vec()].concat())
    };
    let graph = [
        node(&["x", "skip", "scale", "shift"], &["whole"]),
        node(&["x", "skip", "scale"], &["unshifted"]),
        node(&["x", "skip", "scale", "shift", "bias"], &["biased", "", "", "sum"]),
        field(2, b"probe"),
        ["x", "skip", "scale", "shift", "bias"].map(|name| value(11, name)).concat(),
        ["whole", "unshifted", "biased", "sum"].map(|name| value(12, name)).concat(),
    ];
    // Format 8, operators of version 17.
    [b"\x08\x08".to_vec(), field(7, &graph.concat()), b"\x42\x02\x10\x11".to_vec(), IMPORT.to_vec()].concat()
}
