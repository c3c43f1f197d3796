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

/// Registers those of `wanted` that can be used, up to the CPU: what one of them cannot compute, the next one does.
/// Returns the builder and the name of the provider in force, which is the first of them: the CPU's when nothing was
/// asked for, or when `strict` is off and nothing else could be used.
pub(crate) fn register(
    mut builder: SessionBuilder,
    wanted: &[String],
    strict: bool,
) -> Result<(SessionBuilder, &'static str), ModelFault> {
    let in_force = choose(wanted, strict, |provider| try_register(&mut builder, provider))?;
    Ok((builder, in_force))
}

/// Has each provider of `wanted` tried in order, and says which one is in force.
fn choose(
    wanted: &[String],
    strict: bool,
    mut attempt: impl FnMut(&Provider) -> Result<(), String>,
) -> Result<&'static str, ModelFault> {
    let (mut usable, mut refused) = (Vec::new(), None);
    for name in wanted {
        if is_cpu(name) {
            // It can compute everything.
            usable.push(CPU);
            break;
        }
        let matches = |provider: &&Provider| {
            [provider.name, provider.short].iter().any(|n| n.eq_ignore_ascii_case(name))
        };
        let Some(provider) = PROVIDERS.iter().find(matches) else {
            let detail =
                "is not known; known are CPU, CUDA, TensorRT, CoreML, DirectML and OpenVINO".to_owned();
            return Err(ModelFault::Provider { provider: name.clone(), detail });
        };
        if usable.contains(&provider.name) {
            continue;
        }
        match attempt(provider) {
            Ok(()) => usable.push(provider.name),
            Err(detail) => {
                tracing::warn!(provider = provider.name, "execution provider not usable: {detail}");
                refused.get_or_insert(ModelFault::Provider { provider: provider.name.to_owned(), detail });
            }
        }
    }
    match (usable.first(), refused) {
        (Some(first), _) => Ok(first),
        (None, Some(fault)) if strict => Err(fault),
        (None, _) => Ok(CPU),
    }
}

/// Those of `wanted` that come after the one in force.
pub(crate) fn after<'w>(wanted: &'w [String], in_force: &str) -> &'w [String] {
    let of = |provider: &Provider, name: &str| {
        provider.name == in_force && [in_force, provider.short].iter().any(|n| n.eq_ignore_ascii_case(name))
    };
    let at = wanted.iter().position(|name| PROVIDERS.iter().any(|provider| of(provider, name)));
    at.and_then(|at| wanted.get(at + 1..)).unwrap_or_default()
}

fn try_register(builder: &mut SessionBuilder, provider: &Provider) -> Result<(), String> {
    match (provider.available)() {
        Ok(true) => {}
        Ok(false) => return Err("this build of ONNX Runtime does not have it".to_owned()),
        Err(error) => return Err(brief(error.message())),
    }
    (provider.dispatch)().register(builder).map_err(|error| brief(error.message()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_that_can_be_used_are_registered_in_order() {
        let chosen = |wanted: &[&str], strict, usable: &[&str]| {
            let wanted: Vec<String> = wanted.iter().map(ToString::to_string).collect();
            let mut registered = Vec::new();
            let in_force = choose(&wanted, strict, |provider| {
                if !usable.contains(&provider.short) {
                    return Err("is not here".to_owned());
                }
                registered.push(provider.short);
                Ok(())
            });
            (in_force.map_err(|fault| fault.to_string()), registered)
        };
        let (tensorrt, cuda) = ("TensorrtExecutionProvider", "CUDAExecutionProvider");
        let both = ["tensorrt", "cuda"];
        assert_eq!(chosen(&both, true, &both), (Ok(tensorrt), both.to_vec()));
        assert_eq!(chosen(&["CUDA", "tensorrt", "cuda"], true, &both), (Ok(cuda), vec!["cuda", "tensorrt"]));
        assert_eq!(chosen(&both, true, &["cuda"]), (Ok(cuda), vec!["cuda"]));
        assert_eq!(chosen(&["cpu", "cuda"], true, &both), (Ok(CPU), vec![]));
        assert_eq!(chosen(&["tensorrt", "cpu"], true, &[]), (Ok(CPU), vec![]));
        assert_eq!(chosen(&both, false, &[]), (Ok(CPU), vec![]));
        assert_eq!(chosen(&[], true, &[]), (Ok(CPU), vec![]));
        let (refused, _) = chosen(&both, true, &[]);
        assert!(refused.unwrap_err().contains(tensorrt));
        let names = ["tensorrt", "CUDAExecutionProvider", "cpu"].map(str::to_owned);
        assert_eq!(after(&names, tensorrt), &names[1..]);
        assert_eq!(after(&names, cuda), &names[2..]);
        assert_eq!(after(&names[2..], CPU), &[""; 0]);
        let (unknown, _) = chosen(&["cuda", "abacus"], false, &both);
        assert!(unknown.unwrap_err().contains("abacus"));
    }
}
