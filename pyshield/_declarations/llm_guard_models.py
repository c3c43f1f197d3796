"""The models that llm-guard 0.3.16 names in its modules: paths and revisions as there.

Code that passes one of them on (`PromptInjection(model=V2_MODEL)`) works as before. Nothing is fetched before
a shield with it is made.
"""

from __future__ import annotations

from pyshield.model import Model


def _of_hub(
    path: str,
    revision: str,
    apart: tuple[str, str] | None = None,
    *,
    most: int | None = 512,
    activation: str | None = None,
    pooling: str | None = None,
) -> Model:
    """A model whose ONNX file is in its repository's folder `onnx`, or elsewhere.

    Args:
        path: The repository of configuration and tokenizer.
        revision: Its commit.
        apart: The repository of the ONNX file and its commit, if it is another one.
        most: Tokens of a window.
        activation: What makes probabilities of its numbers, if its configuration does not say.
        pooling: How an embedding is made of its tokens, which a cache that another program filled may lack.
    """
    onnx, onnx_revision = apart or (path, revision)
    given = {"max_length": most, "function_to_apply": activation, "pooling": pooling}
    return Model(
        path,
        revision=revision,
        onnx_path=onnx,
        onnx_revision=onnx_revision,
        onnx_subfolder="" if apart else "onnx",
        pipeline_kwargs={name: value for name, value in given.items() if value is not None},
    )


INJECTION_V1 = _of_hub(
    "protectai/deberta-v3-base-prompt-injection", "f51c3b2a5216ae1af467b511bc7e3b78dc4a99c9"
)
INJECTION_V2 = _of_hub(
    "protectai/deberta-v3-base-prompt-injection-v2", "89b085cd330414d3e7d9dd787870f315957e1e9f"
)
INJECTION_V2_SMALL = _of_hub(
    "protectai/deberta-v3-small-prompt-injection-v2", "3897fe66d47d2e1649e669c3470bf2ba3ddecc22"
)
TOXICITY = _of_hub(
    "unitary/unbiased-toxic-roberta",
    "36295dd80b422dc49f40052021430dae76241adc",
    ("ProtectAI/unbiased-toxic-roberta-onnx", "34480fa958f6657ad835c345808475755b6974a7"),
    activation="sigmoid",
)
GIBBERISH = _of_hub(
    "madhurjindal/autonlp-Gibberish-Detector-492513457", "fddf42c3008ad61cc481f90d02dd0712ba1ee2d8"
)
CODE = _of_hub(
    "philomath-1209/programming-language-identification", "9090d38e7333a2c6ff00f154ab981a549842c20f"
)
BAN_CODE_SMALL = _of_hub(
    "vishnun/codenlbert-sm",
    "caa3d167fd262c76c7da23cd72c1d24cfdcafd0f",
    ("protectai/vishnun-codenlbert-sm-onnx", "2b1d298410bd98832e41e3da82e20f6d8dff1bc7"),
    most=128,
)
BAN_CODE_TINY = _of_hub(
    "vishnun/codenlbert-tiny",
    "2caf5a621b29c50038ee081479a82f192e9a5e69",
    ("protectai/vishnun-codenlbert-tiny-onnx", "84148cb4b3f08fe44705e2d8ed81505450ae8abd"),
    most=128,
)
COMPETITORS = _of_hub(
    "guishe/nuner-v1_orgs",
    "2e95454e741e5bdcbfabd6eaed5fb03a266cf043",
    ("protectai/guishe-nuner-v1_orgs-onnx", "20c9739f45f6b4d10ba63c62e6fa92f214a12a52"),
    most=None,
)
TOPICS_DEBERTA_LARGE = _of_hub(
    "MoritzLaurer/deberta-v3-large-zeroshot-v2.0", "cf44676c28ba7312e5c5f8f8d2c22b3e0c9cdae2"
)
TOPICS_DEBERTA_BASE = _of_hub(
    "MoritzLaurer/deberta-v3-base-zeroshot-v2.0", "8e7e5af5983a0ddb1a5b45a38b129ab69e2258e8"
)
TOPICS_BGE_M3 = _of_hub("MoritzLaurer/bge-m3-zeroshot-v2.0", "cd3f8598c7359a3b5cbce164d7fcdafb83a36484")
TOPICS_ROBERTA_LARGE = _of_hub(
    "MoritzLaurer/roberta-large-zeroshot-v2.0-c", "4c24ed4bba5af8d3162604abc2a141b9d2183ecc"
)
TOPICS_ROBERTA_BASE = _of_hub(
    "MoritzLaurer/roberta-base-zeroshot-v2.0-c",
    "d825e740e0c59881cf0b0b1481ccf726b6d65341",
    ("protectai/MoritzLaurer-roberta-base-zeroshot-v2.0-c-onnx", "fde5343dbad32f1a5470890505c72ec656db6dbe"),
)
BIAS = _of_hub(
    "valurank/distilroberta-bias",
    "c1e4a2773522c3acc929a7b2c9af2b7e4137b96d",
    ("ProtectAI/distilroberta-bias-onnx", "3e64d057d20d7ef43fa4f831b992bad28d72640e"),
)
REFUSAL = _of_hub(
    "ProtectAI/distilroberta-base-rejection-v1", "65584967c3f22ff7723e5370c65e0e76791e6055", most=128
)
BGE_BASE = _of_hub(
    "BAAI/bge-base-en-v1.5", "a5beb1e3e68b9ab74eb54cfd186867f64f240e1a", most=None, pooling="cls"
)
BGE_LARGE = _of_hub(
    "BAAI/bge-large-en-v1.5", "d4aa6901d3a41ba39fb536a557fa166f842b0e09", most=None, pooling="cls"
)
BGE_SMALL = _of_hub(
    "BAAI/bge-small-en-v1.5", "5c38ec7c405ec4b44b94cc5a9bb96e735b38267a", most=None, pooling="cls"
)
