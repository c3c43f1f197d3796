//! Model providers and the tools around them.

use super::super::check::Check;
use super::super::rule::{Rule, alone, named, token};

pub(super) const RULES: &[Rule] = &[
    token(
        "OPENAI_API_KEY",
        "OpenAI API key",
        concat!(
            "sk-[A-Za-z0-9]{20}T3BlbkFJ[A-Za-z0-9]{20}",
            "|sk-proj-[A-Za-z0-9_-]{20,200}",
            "|sk-svcacct-[A-Za-z0-9_-]{20,200}",
            "|sk-admin-[A-Za-z0-9_-]{20,200}",
            "|sk-None-[A-Za-z0-9_-]{20,200}",
            "|sk-[A-Za-z0-9]{40,64}",
            "|sk-[a-z]{2,12}-[A-Za-z0-9]{20}T3BlbkFJ[A-Za-z0-9]{20}"
        ),
    )
    .like(&["sk-<20 word>T3BlbkFJ<20 word>", "sk-proj-<120 url>", "sk-svcacct-<120 url>"])
    .unlike(&["sk-<39 word>", "sk-learn-<30 prose>"]),
    token("OPENAI_SESSION", "OpenAI session key", "sess-[A-Za-z0-9]{40}")
        .like(&["sess-<40 word>"])
        .unlike(&["sess-<39 word>"]),
    token(
        "ANTHROPIC_API_KEY",
        "Anthropic API, admin or OAuth key",
        concat!(
            "sk-ant-api03-[\\w-]{93}AA",
            "|sk-ant-admin01-[\\w-]{93}AA",
            "|sk-ant-oat01-[\\w-]{80,120}",
            "|sk-ant-[a-z]{2,8}[0-9]{2}-[\\w-]{80,120}"
        ),
    )
    .like(&["sk-ant-api03-<93 url>AA", "sk-ant-oat01-<100 url>"])
    .unlike(&["sk-ant-api03-<60 url>"]),
    token(
        "HUGGINGFACE_TOKEN",
        "Hugging Face user or organization token",
        "hf_[A-Za-z]{34}|hf_[A-Za-z0-9]{34,37}|api_org_[A-Za-z0-9]{34}",
    )
    .like(&["hf_<34 Letters>", "api_org_<34 word>"])
    .unlike(&["hf_<33 Letters>"]),
    token("REPLICATE_TOKEN", "Replicate token", "r8_[A-Za-z0-9]{37}")
        .like(&["r8_<37 word>"])
        .unlike(&["r8_<36 word>"]),
    token("GROQ_API_KEY", "Groq API key", "gsk_[A-Za-z0-9]{52}")
        .like(&["gsk_<52 word>"])
        .unlike(&["gsk_<51 word>"]),
    token("PERPLEXITY_API_KEY", "Perplexity API key", "pplx-[A-Za-z0-9]{48}")
        .like(&["pplx-<48 word>"])
        .unlike(&["pplx-<47 word>"]),
    token("XAI_API_KEY", "xAI API key", "xai-[A-Za-z0-9]{80}")
        .like(&["xai-<80 word>"])
        .unlike(&["xai-<79 word>"]),
    token("MINIMAX_API_KEY", "MiniMax API key", "sk-api-[A-Za-z0-9_-]{60,200}")
        .like(&["sk-api-<120 url>"])
        .unlike(&["sk-api-<59 url>", "sk-api-<30 prose>"]),
    token("DEVIN_KEY", "Devin API key", "cog_[a-z2-7]{52}|apk_user_[A-Za-z0-9+/]{40,200}={0,2}")
        .like(&["cog_<52 base32>", "apk_user_<120 base64>"])
        .unlike(&["cog_<51 base32>"]),
    token("OPENROUTER_API_KEY", "OpenRouter API key", "sk-or-v1-[a-f0-9]{64}")
        .like(&["sk-or-v1-<64 hex>"])
        .unlike(&["sk-or-v1-<63 hex>"]),
    token(
        "LANGSMITH_API_KEY",
        "LangSmith API key",
        "lsv2_pt_[a-f0-9]{32}_[a-f0-9]{10}|lsv2_sk_[a-f0-9]{32}_[a-f0-9]{10}|ls__[a-f0-9]{32}",
    )
    .like(&["lsv2_pt_<32 hex>_<10 hex>", "ls__<32 hex>"])
    .unlike(&["lsv2_pt_<32 hex>_<9 hex>"]),
    token("LANGFUSE_SECRET_KEY", "Langfuse secret key", "sk-lf-\\u")
        .like(&["sk-lf-<uuid>"])
        .unlike(&["sk-lf-<8 hex>-<4 hex>-<4 hex>-<4 hex>-<11 hex>"]),
    token("NVIDIA_API_KEY", "NVIDIA API key", "nvapi-[A-Za-z0-9_-]{60,70}")
        .like(&["nvapi-<65 url>"])
        .unlike(&["nvapi-<59 url>"]),
    alone("FIREWORKS_API_KEY", "Fireworks API key", "fw_[A-Za-z0-9]{24}")
        .checked(Check::Random)
        .like(&["fw_<24 word>"])
        .unlike(&["fw_<23 word>", "fw_<24 prose>"]),
    token("TOGETHER_API_KEY", "Together API key", "tgp_v1_[A-Za-z0-9_-]{43}")
        .like(&["tgp_v1_<43 url>"])
        .unlike(&["tgp_v1_<42 url>"]),
    token("PINECONE_API_KEY", "Pinecone API key", "pcsk_[A-Za-z0-9]{5,6}_[A-Za-z0-9]{60,64}")
        .like(&["pcsk_<5 word>_<62 word>"])
        .unlike(&["pcsk_<5 word>_<59 word>"]),
    token("WANDB_API_KEY", "Weights & Biases API key", "wandb_v1_[A-Za-z0-9_-]{60,90}")
        .like(&["wandb_v1_<75 url>"])
        .unlike(&["wandb_v1_<59 url>"]),
    named("WANDB_API_KEY", "Weights & Biases API key", &["wandb"], "[a-f0-9]{40}")
        .like(&[r#""wandb_key": "<40 hex>""#])
        .unlike(&[r#"it = "<40 hex>""#, r#""wandb_key": "<39 hex>""#]),
    named("COHERE_API_KEY", "Cohere API key", &["cohere", "co_api_key"], "[A-Za-z0-9]{40}")
        .checked(Check::Random)
        .like(&["cohere_key='<40 word>'"])
        .unlike(&[r#"it = "<40 word>""#, "cohere_key='<39 word>'"]),
    named("MISTRAL_API_KEY", "Mistral API key", &["mistral"], "[A-Za-z0-9]{32}")
        .checked(Check::Random)
        .like(&[r#"mistral_key = "<32 word>""#])
        .unlike(&[r#"it = "<32 word>""#, r#"mistral_key = "<31 word>""#]),
    named("AI21_API_KEY", "AI21 API key", &["ai21"], "[A-Za-z0-9]{32}")
        .checked(Check::Random)
        .like(&[r#""ai21_key": "<32 word>""#])
        .unlike(&[r#"it = "<32 word>""#, r#""ai21_key": "<31 word>""#]),
    token("DEEPSEEK_API_KEY", "DeepSeek, Moonshot or other key in OpenAI's style", "sk-[a-f0-9]{32}")
        .like(&["sk-<32 hex>"])
        .unlike(&["sk-<31 hex>"]),
    named(
        "ELEVENLABS_API_KEY",
        "ElevenLabs API key",
        &["elevenlabs", "xi-api-key", "xi_api_key"],
        "[a-f0-9]{32}|sk_[a-f0-9]{48}",
    )
    .like(&[r#"elevenlabs_key = "<32 hex>""#, r#"elevenlabs_key = "sk_<48 hex>""#])
    .unlike(&[r#"it = "<32 hex>""#, r#"elevenlabs_key = "<31 hex>""#]),
    token("ELEVENLABS_API_KEY", "ElevenLabs API key", "sk_[a-f0-9]{48}")
        .like(&["sk_<48 hex>"])
        .unlike(&["sk_<47 hex>"]),
    named("ASSEMBLYAI_API_KEY", "AssemblyAI API key", &["assemblyai"], "[a-f0-9]{32}")
        .like(&["assemblyai_key='<32 hex>'"])
        .unlike(&[r#"it = "<32 hex>""#, "assemblyai_key='<31 hex>'"]),
    named("DEEPGRAM_API_KEY", "Deepgram API key", &["deepgram"], "[a-f0-9]{40}")
        .like(&[r#"deepgram_key = "<40 hex>""#])
        .unlike(&[r#"it = "<40 hex>""#, r#"deepgram_key = "<39 hex>""#]),
    named("STABILITY_API_KEY", "Stability AI API key", &["stability", "dreamstudio"], "sk-[A-Za-z0-9]{48}")
        .like(&[r#""stability_key": "sk-<48 word>""#])
        .unlike(&[r#"it = "sk-<48 word>""#, r#""stability_key": "sk-<47 word>""#]),
    token(
        "TAVILY_API_KEY",
        "Tavily API key",
        "tvly-[A-Za-z0-9]{32}|tvly-dev-[A-Za-z0-9]{32}|tvly-prod-[A-Za-z0-9]{32}",
    )
    .like(&["tvly-<32 word>", "tvly-prod-<32 word>"])
    .unlike(&["tvly-<31 word>"]),
    alone("FIRECRAWL_API_KEY", "Firecrawl API key", "fc-[a-f0-9]{32}")
        .like(&["fc-<32 hex>"])
        .unlike(&["fc-<31 hex>"]),
    token("JINA_API_KEY", "Jina API key", "jina_[a-f0-9]{32}[A-Za-z0-9_-]{28}")
        .like(&["jina_<32 hex><28 url>"])
        .unlike(&["jina_<32 hex><27 url>"]),
    alone("VOYAGE_API_KEY", "Voyage API key", "pa-[A-Za-z0-9_-]{43}")
        .checked(Check::Random)
        .like(&["pa-<43 url>"])
        .unlike(&["pa-<42 url>", "pa-<43 prose>"]),
    token("LLAMA_CLOUD_API_KEY", "LlamaCloud API key", "llx-[A-Za-z0-9]{48}")
        .like(&["llx-<48 word>"])
        .unlike(&["llx-<47 word>"]),
    token("CEREBRAS_API_KEY", "Cerebras API key", "csk-[a-z0-9]{48}")
        .like(&["csk-<48 lower>"])
        .unlike(&["csk-<47 lower>"]),
    alone("MODAL_TOKEN", "Modal token", "ak-[A-Za-z0-9]{22}")
        .checked(Check::Random)
        .like(&["ak-<22 word>"])
        .unlike(&["ak-<21 word>", "ak-<22 prose>"]),
    alone("MODAL_SECRET", "Modal token secret", "as-[A-Za-z0-9]{22}")
        .checked(Check::Random)
        .like(&["as-<22 word>"])
        .unlike(&["as-<21 word>", "as-<22 prose>"]),
    token("E2B_API_KEY", "E2B API key", "e2b_[a-f0-9]{40}").like(&["e2b_<40 hex>"]).unlike(&["e2b_<39 hex>"]),
    token("BASETEN_API_KEY", "Baseten API key", "[A-Za-z0-9]{8}\\.bst_[A-Za-z0-9]{32}")
        .like(&["<8 word>.bst_<32 word>"])
        .unlike(&["<8 word>.bst_<31 word>"]),
    token("RUNPOD_API_KEY", "RunPod API key", "rpa_[A-Z0-9]{40}[A-Za-z0-9]{6}")
        .like(&["rpa_<40 upper><6 word>"])
        .unlike(&["rpa_<40 upper><5 word>"]),
    // https://ai.google.dev/gemini-api/docs/api-key: keys of 2026 begin like this.
    token("GEMINI_API_KEY", "Google Gemini auth key", "AQ\\.Ab[A-Za-z0-9_-]{40,120}")
        .like(&["AQ.Ab<80 url>"])
        .unlike(&["AQ.Ab<39 url>"]),
    token("CURSOR_API_KEY", "Cursor API key", "crsr_[a-f0-9]{64}")
        .like(&["crsr_<64 hex>"])
        .unlike(&["crsr_<63 hex>"]),
    token("CONTEXT7_API_KEY", "Context7 API key", "ctx7sk-\\u")
        .like(&["ctx7sk-<uuid>"])
        .unlike(&["ctx7sk-<8 hex>-<4 hex>-<4 hex>-<4 hex>-<11 hex>"]),
    token(
        "HELICONE_API_KEY",
        "Helicone API key",
        "sk-helicone-[a-z0-9]{7}-[a-z0-9]{7}-[a-z0-9]{7}-[a-z0-9]{7}",
    )
    .like(&["sk-helicone-<7 lower>-<7 lower>-<7 lower>-<7 lower>"])
    .unlike(&["sk-helicone-<7 lower>-<7 lower>-<7 lower>-<6 lower>"]),
    token("AMP_API_KEY", "Amp API key", "sgamp_[A-Za-z0-9_]{32,120}")
        .checked(Check::Random)
        .like(&["sgamp_<76 word>"])
        .unlike(&["sgamp_<31 word>", "sgamp_<76 prose>"]),
    token("DAYTONA_API_KEY", "Daytona API key", "dtn_[a-f0-9]{64}")
        .like(&["dtn_<64 hex>"])
        .unlike(&["dtn_<63 hex>"]),
    token("KAGGLE_TOKEN", "Kaggle API token", "KGAT_[a-f0-9]{32}")
        .like(&["KGAT_<32 hex>"])
        .unlike(&["KGAT_<31 hex>"]),
    token("QIANFAN_API_KEY", "Baidu Qianfan API key", "bce-v3/ALTAK-[A-Za-z0-9]{21}/[a-f0-9]{40}")
        .like(&["bce-v3/ALTAK-<21 word>/<40 hex>"])
        .unlike(&["bce-v3/ALTAK-<21 word>/<39 hex>"]),
    token("BROWSERBASE_API_KEY", "Browserbase API key", "bb_live_[A-Za-z0-9_-]{24,40}")
        .checked(Check::Random)
        .like(&["bb_live_<32 url>"])
        .unlike(&["bb_live_<23 url>", "bb_live_<32 prose>"]),
    alone("MEM0_API_KEY", "Mem0 API key", "m0-[A-Za-z0-9]{40}")
        .checked(Check::Random)
        .like(&["m0-<40 word>"])
        .unlike(&["m0-<39 word>", "m0-<40 prose>"]),
    named("BRAVE_SEARCH_API_KEY", "Brave Search API key", &["brave"], "BSA[A-Za-z0-9_-]{27,29}")
        .like(&["brave_key='BSA<28 url>'"])
        .unlike(&[r#"it = "BSA<28 url>""#, "brave_key='BSA<26 url>'"]),
    named("EXA_API_KEY", "Exa API key", &["exa_api", "exa-api", "exaapi"], "\\u")
        .like(&[r#"exa_api = "<uuid>""#])
        .unlike(&[r#"it = "<uuid>""#, r#"exa_api_key = "<8 hex>-<4 hex>-<4 hex>-<4 hex>-<11 hex>""#]),
    token("HACKCLUB_AI_KEY", "Hack Club AI key", "sk-hc-v1-[a-f0-9]{64}")
        .like(&["sk-hc-v1-<64 hex>"])
        .unlike(&["sk-hc-v1-<63 hex>"]),
    token("CARTESIA_API_KEY", "Cartesia API key", "sk_car_[A-Za-z0-9_-]{20,24}")
        .like(&["sk_car_<22 url>"])
        .unlike(&["sk_car_<19 url>"]),
    named("CLARIFAI_TOKEN", "Clarifai token", &["clarifai"], "[a-f0-9]{32}")
        .like(&[r#"clarifai_key = "<32 hex>""#])
        .unlike(&[r#"it = "<32 hex>""#, r#"clarifai_key = "<31 hex>""#]),
    named("PRIVATE_AI_KEY", "Private AI key", &["privateai", "private_ai", "private-ai"], "[a-z0-9]{32}")
        .checked(Check::Random)
        .like(&[r#""privateai_key": "<32 lower>""#])
        .unlike(&[r#"it = "<32 lower>""#, r#""privateai_key": "<31 lower>""#]),
    named(
        "ZHIPU_API_KEY",
        "Zhipu (BigModel, Z.ai) API key",
        &["zhipu", "bigmodel", "zai_api", "glm_api"],
        "[a-f0-9]{32}\\.[A-Za-z0-9]{16}",
    )
    .like(&["zhipu_key='<32 hex>.<16 word>'"])
    .unlike(&[r#"it = "<32 hex>.<16 word>""#, "zhipu_key='<32 hex>.<15 word>'"]),
    alone("RETELL_API_KEY", "Retell API key", "key_[a-f0-9]{28}")
        .like(&["key_<28 hex>"])
        .unlike(&["key_<27 hex>"]),
    token("SCRAPFLY_KEY", "Scrapfly key", "scp-live-[a-f0-9]{32}|scp-test-[a-f0-9]{32}")
        .like(&["scp-live-<32 hex>", "scp-test-<32 hex>"])
        .unlike(&["scp-live-<31 hex>"]),
    token("VOICEFLOW_API_KEY", "Voiceflow API key", "VF\\.DM\\.[a-f0-9]{24}\\.[A-Za-z0-9]{16}")
        .like(&["VF.DM.<24 hex>.<16 word>"])
        .unlike(&["VF.DM.<24 hex>.<15 word>"]),
];
