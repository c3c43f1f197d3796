//! Model providers and the tools around them.

use super::super::check::Check;
use super::super::rule::{Rule, alone, named, token};

pub(super) const RULES: &[Rule] = &[
    token(
        "OPENAI_API_KEY",
        "OpenAI API key",
        "sk-[A-Za-z0-9]{20}T3BlbkFJ[A-Za-z0-9]{20}|sk-proj-[A-Za-z0-9_-]{20,200}|sk-svcacct-[A-Za-z0-9_-]{20,200}|sk-admin-[A-Za-z0-9_-]{20,200}|sk-None-[A-Za-z0-9_-]{20,200}|sk-[A-Za-z0-9]{40,64}|sk-[a-z]{2,12}-[A-Za-z0-9]{20}T3BlbkFJ[A-Za-z0-9]{20}",
    ),
    token("OPENAI_SESSION", "OpenAI session key", "sess-[A-Za-z0-9]{40}"),
    token(
        "ANTHROPIC_API_KEY",
        "Anthropic API, admin or OAuth key",
        "sk-ant-api03-[\\w-]{93}AA|sk-ant-admin01-[\\w-]{93}AA|sk-ant-oat01-[\\w-]{80,120}|sk-ant-[a-z]{2,8}[0-9]{2}-[\\w-]{80,120}",
    ),
    token(
        "HUGGINGFACE_TOKEN",
        "Hugging Face user or organization token",
        "hf_[A-Za-z]{34}|hf_[A-Za-z0-9]{34,37}|api_org_[A-Za-z0-9]{34}",
    ),
    token("REPLICATE_TOKEN", "Replicate token", "r8_[A-Za-z0-9]{37}"),
    token("GROQ_API_KEY", "Groq API key", "gsk_[A-Za-z0-9]{52}"),
    token("PERPLEXITY_API_KEY", "Perplexity API key", "pplx-[A-Za-z0-9]{48}"),
    token("XAI_API_KEY", "xAI API key", "xai-[A-Za-z0-9]{80}"),
    token("OPENROUTER_API_KEY", "OpenRouter API key", "sk-or-v1-[a-f0-9]{64}"),
    token(
        "LANGSMITH_API_KEY",
        "LangSmith API key",
        "lsv2_pt_[a-f0-9]{32}_[a-f0-9]{10}|lsv2_sk_[a-f0-9]{32}_[a-f0-9]{10}|ls__[a-f0-9]{32}",
    ),
    token(
        "LANGFUSE_SECRET_KEY",
        "Langfuse secret key",
        "sk-lf-[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}",
    ),
    token("NVIDIA_API_KEY", "NVIDIA API key", "nvapi-[A-Za-z0-9_-]{60,70}"),
    alone("FIREWORKS_API_KEY", "Fireworks API key", "fw_[A-Za-z0-9]{24}").checked(Check::Random),
    token("TOGETHER_API_KEY", "Together API key", "tgp_v1_[A-Za-z0-9_-]{43}"),
    token("PINECONE_API_KEY", "Pinecone API key", "pcsk_[A-Za-z0-9]{5,6}_[A-Za-z0-9]{60,64}"),
    token("WANDB_API_KEY", "Weights & Biases API key", "wandb_v1_[A-Za-z0-9_-]{60,90}"),
    named("WANDB_API_KEY", "Weights & Biases API key", &["wandb"], "[a-f0-9]{40}"),
    named("COHERE_API_KEY", "Cohere API key", &["cohere", "co_api_key"], "[A-Za-z0-9]{40}")
        .checked(Check::Random),
    named("MISTRAL_API_KEY", "Mistral API key", &["mistral"], "[A-Za-z0-9]{32}").checked(Check::Random),
    named("AI21_API_KEY", "AI21 API key", &["ai21"], "[A-Za-z0-9]{32}").checked(Check::Random),
    named("DEEPSEEK_API_KEY", "DeepSeek API key", &["deepseek"], "sk-[a-f0-9]{32}"),
    token("DEEPSEEK_API_KEY", "DeepSeek, Moonshot or other key in OpenAI's style", "sk-[a-f0-9]{32}"),
    named(
        "ELEVENLABS_API_KEY",
        "ElevenLabs API key",
        &["elevenlabs", "xi-api-key", "xi_api_key"],
        "[a-f0-9]{32}|sk_[a-f0-9]{48}",
    ),
    token("ELEVENLABS_API_KEY", "ElevenLabs API key", "sk_[a-f0-9]{48}"),
    named("ASSEMBLYAI_API_KEY", "AssemblyAI API key", &["assemblyai"], "[a-f0-9]{32}"),
    named("DEEPGRAM_API_KEY", "Deepgram API key", &["deepgram"], "[a-f0-9]{40}"),
    named("STABILITY_API_KEY", "Stability AI API key", &["stability", "dreamstudio"], "sk-[A-Za-z0-9]{48}"),
    token(
        "TAVILY_API_KEY",
        "Tavily API key",
        "tvly-[A-Za-z0-9]{32}|tvly-dev-[A-Za-z0-9]{32}|tvly-prod-[A-Za-z0-9]{32}",
    ),
    alone("FIRECRAWL_API_KEY", "Firecrawl API key", "fc-[a-f0-9]{32}"),
    token("JINA_API_KEY", "Jina API key", "jina_[a-f0-9]{32}[A-Za-z0-9_-]{28}"),
    alone("VOYAGE_API_KEY", "Voyage API key", "pa-[A-Za-z0-9_-]{43}").checked(Check::Random),
    token("LLAMA_CLOUD_API_KEY", "LlamaCloud API key", "llx-[A-Za-z0-9]{48}"),
    token("CEREBRAS_API_KEY", "Cerebras API key", "csk-[a-z0-9]{48}"),
    alone("MODAL_TOKEN", "Modal token", "ak-[A-Za-z0-9]{22}").checked(Check::Random),
    alone("MODAL_SECRET", "Modal token secret", "as-[A-Za-z0-9]{22}").checked(Check::Random),
    token("E2B_API_KEY", "E2B API key", "e2b_[a-f0-9]{40}"),
    token("BASETEN_API_KEY", "Baseten API key", "[A-Za-z0-9]{8}\\.bst_[A-Za-z0-9]{32}"),
    token("RUNPOD_API_KEY", "RunPod API key", "rpa_[A-Z0-9]{40}[A-Za-z0-9]{6}"),
    // https://ai.google.dev/gemini-api/docs/api-key: keys of 2026 begin like this.
    token("GEMINI_API_KEY", "Google Gemini auth key", "AQ\\.Ab[A-Za-z0-9_-]{40,120}"),
    token("CURSOR_API_KEY", "Cursor API key", "crsr_[a-f0-9]{64}"),
    token(
        "CONTEXT7_API_KEY",
        "Context7 API key",
        "ctx7sk-[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}",
    ),
    token(
        "HELICONE_API_KEY",
        "Helicone API key",
        "sk-helicone-[a-z0-9]{7}-[a-z0-9]{7}-[a-z0-9]{7}-[a-z0-9]{7}",
    ),
    token("AMP_API_KEY", "Amp API key", "sgamp_[A-Za-z0-9_]{32,120}").checked(Check::Random),
    token("DAYTONA_API_KEY", "Daytona API key", "dtn_[a-f0-9]{64}"),
    token("KAGGLE_TOKEN", "Kaggle API token", "KGAT_[a-f0-9]{32}"),
    token("QIANFAN_API_KEY", "Baidu Qianfan API key", "bce-v3/ALTAK-[A-Za-z0-9]{21}/[a-f0-9]{40}"),
    token("BROWSERBASE_API_KEY", "Browserbase API key", "bb_live_[A-Za-z0-9_-]{24,40}")
        .checked(Check::Random),
    alone("MEM0_API_KEY", "Mem0 API key", "m0-[A-Za-z0-9]{40}").checked(Check::Random),
    named("BRAVE_SEARCH_API_KEY", "Brave Search API key", &["brave"], "BSA[A-Za-z0-9_-]{27,29}"),
    named(
        "EXA_API_KEY",
        "Exa API key",
        &["exa_api", "exa-api", "exaapi"],
        "[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}",
    ),
];
