//! Execution providers: where a graph is computed.

use ort::ep::{self, ExecutionProvider, ExecutionProviderDispatch};
use ort::session::builder::SessionBuilder;

use super::error::{ModelFault, brief};

/// The provider that is always there.
pub(crate) const CPU: &str = "CPUExecutionProvider";

/// One that may be asked for: by ONNX Runtime's name or by the short one.
struct Provider {
    name: &'static str,
    short: &'static str,
    available: fn() -> ort::Result<bool>,
    dispatch: fn() -> ExecutionProviderDispatch,
}

const PROVIDERS: [Provider; 5] = [
    Provider {
        name: "CUDAExecutionProvider",
        short: "cuda",
        available: ep::CUDA::is_available,
        dispatch: || ep::CUDA::default().build(),
    },
    Provider {
        name: "TensorrtExecutionProvider",
        short: "tensorrt",
        available: ep::TensorRT::is_available,
        dispatch: || ep::TensorRT::default().build(),
    },
    Provider {
        name: "CoreMLExecutionProvider",
        short: "coreml",
        available: ep::CoreML::is_available,
        dispatch: || ep::CoreML::default().build(),
    },
    Provider {
        name: "DmlExecutionProvider",
        short: "directml",
        available: ep::DirectML::is_available,
        dispatch: || ep::DirectML::default().build(),
    },
    Provider {
        name: "OpenVINOExecutionProvider",
        short: "openvino",
        available: ep::OpenVINO::is_available,
        dispatch: || ep::OpenVINO::default().build(),
    },
];

/// Whether a provider's name is the CPU's.
pub(crate) fn is_cpu(name: &str) -> bool {
    name.eq_ignore_ascii_case(CPU) || name.eq_ignore_ascii_case("cpu")
}

/// Registers the first of `wanted` that can be used. Returns the builder and the name of the provider in
/// force: the CPU's when nothing was asked for, or when `strict` is off and nothing else could be used.
pub(crate) fn register(
    mut builder: SessionBuilder,
    wanted: &[String],
    strict: bool,
) -> Result<(SessionBuilder, &'static str), ModelFault> {
    let mut refused = None;
    for name in wanted {
        if is_cpu(name) {
            return Ok((builder, CPU));
        }
        let matches = |provider: &&Provider| {
            [provider.name, provider.short].iter().any(|n| n.eq_ignore_ascii_case(name))
        };
        let Some(provider) = PROVIDERS.iter().find(matches) else {
            let detail =
                "is not known; known are CPU, CUDA, TensorRT, CoreML, DirectML and OpenVINO".to_owned();
            return Err(ModelFault::Provider { provider: name.clone(), detail });
        };
        match try_register(&mut builder, provider) {
            Ok(()) => return Ok((builder, provider.name)),
            Err(detail) => {
                tracing::warn!(provider = provider.name, "execution provider not usable: {detail}");
                refused.get_or_insert(ModelFault::Provider { provider: provider.name.to_owned(), detail });
            }
        }
    }
    match refused {
        Some(fault) if strict => Err(fault),
        _ => Ok((builder, CPU)),
    }
}

fn try_register(builder: &mut SessionBuilder, provider: &Provider) -> Result<(), String> {
    match (provider.available)() {
        Ok(true) => {}
        Ok(false) => return Err("this build of ONNX Runtime does not have it".to_owned()),
        Err(error) => return Err(brief(error.message())),
    }
    (provider.dispatch)().register(builder).map_err(|error| brief(error.message()))
}
