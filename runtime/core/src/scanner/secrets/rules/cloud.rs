//! Clouds, hosting, data stores and what runs on them.

use super::super::check::Check;
use super::super::rule::{Rule, named, token};

pub(super) const RULES: &[Rule] = &[
    token(
        "AWS_ACCESS_KEY",
        "AWS access key id",
        "AKIA[A-Z0-9]{16}|ASIA[A-Z0-9]{16}|ABIA[A-Z0-9]{16}|ACCA[A-Z0-9]{16}|A3T[A-Z0-9]{17}",
    ),
    named(
        "AWS_SECRET_KEY",
        "AWS secret access key",
        &["aws", "secret_access_key", "secretaccesskey", "secret access key"],
        "[A-Za-z0-9/+]{40}",
    )
    .checked(Check::Random),
    token(
        "AWS_SESSION_TOKEN",
        "AWS session token",
        "IQoJb3JpZ2luX2Vj[A-Za-z0-9/+]{50,}={0,2}|FwoGZXIvYXdz[A-Za-z0-9/+]{50,}={0,2}|FQoGZXIvYXdz[A-Za-z0-9/+]{50,}={0,2}",
    ),
    token(
        "AWS_MWS_TOKEN",
        "Amazon Marketplace auth token",
        "amzn\\.mws\\.[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}",
    ),
    token(
        "AWS_BEDROCK_KEY",
        "Amazon Bedrock API key",
        "ABSK[A-Za-z0-9+/]{109,269}={0,2}|bedrock-api-key-[A-Za-z0-9+/]{60,}={0,2}",
    ),
    token("GOOGLE_API_KEY", "Google API key", "AIza[A-Za-z0-9_-]{35}"),
    token("GOOGLE_OAUTH_SECRET", "Google OAuth client secret", "GOCSPX-[A-Za-z0-9_-]{28}"),
    token("GOOGLE_OAUTH_TOKEN", "Google OAuth access token", "ya29\\.[A-Za-z0-9_-]{20,1024}"),
    token("GOOGLE_OAUTH_REFRESH_TOKEN", "Google OAuth refresh token", "1//0[A-Za-z0-9_-]{40,200}"),
    token("GOOGLE_HMAC_KEY", "Google Cloud Storage HMAC key id", "GOOG1[A-Z0-9]{56}|GOOG[A-Z0-9]{20}"),
    token("AZURE_STORAGE_KEY", "Azure storage account key", "AccountKey=([A-Za-z0-9+/]{86}==)"),
    named(
        "AZURE_STORAGE_KEY",
        "Azure storage account key",
        &["azure", "account_key", "accountkey", "storage"],
        "[A-Za-z0-9+/]{86}==",
    ),
    token(
        "AZURE_SHARED_ACCESS_KEY",
        "Azure Service Bus, Event Hubs or IoT shared key",
        "SharedAccessKey=([A-Za-z0-9+/]{43}=)|SharedAccessKey=([A-Za-z0-9+/]{86}==)",
    ),
    token(
        "AZURE_SAS_SIGNATURE",
        "signature of an Azure shared access URL",
        "&sig=([A-Za-z0-9%]{43,80})|\\?sig=([A-Za-z0-9%]{43,80})",
    ),
    token(
        "AZURE_CLIENT_SECRET",
        "Microsoft Entra client secret",
        "[A-Za-z0-9_~\\.-]{3}8Q~[A-Za-z0-9_~\\.-]{31,34}|[A-Za-z0-9_~\\.-]{3}7Q~[A-Za-z0-9_~\\.-]{31,34}",
    ),
    token(
        "AZURE_KEY",
        "Azure key with Microsoft's mark (DevOps, OpenAI, Cognitive Services and others)",
        "[A-Za-z0-9]{52}JQQJ99[A-Za-z0-9]{26}",
    ),
    token("AZURE_FUNCTION_KEY", "Azure Functions key", "[A-Za-z0-9_-]{44}AzFu[A-Za-z0-9_-]{6}=="),
    token("AZURE_SEARCH_KEY", "Azure AI Search key", "[A-Za-z0-9]{42}AzSe[A-Za-z0-9]{6}"),
    token("AZURE_REGISTRY_KEY", "Azure Container Registry password", "[A-Za-z0-9/]{42}\\+ACR[A-Za-z0-9]{6}"),
    token("AZURE_COSMOS_KEY", "Azure Cosmos DB key", "[A-Za-z0-9+/]{76}ACDb[A-Za-z0-9+/]{6}=="),
    token(
        "DIGITALOCEAN_TOKEN",
        "DigitalOcean personal, OAuth or refresh token",
        "dop_v1_[a-f0-9]{64}|doo_v1_[a-f0-9]{64}|dor_v1_[a-f0-9]{64}",
    ),
    token("ALIBABA_ACCESS_KEY", "Alibaba Cloud access key id", "LTAI[A-Za-z0-9]{12,20}"),
    named(
        "ALIBABA_SECRET_KEY",
        "Alibaba Cloud secret key",
        &["alibaba", "aliyun", "alicloud"],
        "[A-Za-z0-9]{30}",
    )
    .checked(Check::Random),
    token("TENCENT_SECRET_ID", "Tencent Cloud secret id", "AKID[A-Za-z0-9]{32}"),
    named("IBM_CLOUD_IAM_KEY", "IBM Cloud IAM key", &["ibm", "bluemix"], "[A-Za-z0-9_-]{44}")
        .checked(Check::Random),
    named(
        "IBM_COS_HMAC_SECRET",
        "IBM Cloud Object Storage HMAC secret",
        &["ibm", "cos", "bluemix", "hmac", "secret_access_key"],
        "[a-f0-9]{48}",
    ),
    named("SOFTLAYER_KEY", "SoftLayer API key", &["softlayer", "soft_layer", "sl_api"], "[a-z0-9]{64}"),
    token(
        "SOFTLAYER_KEY",
        "SoftLayer API key in a URL",
        "api\\.softlayer\\.com/soap/v3/([a-z0-9]{64})|api\\.softlayer\\.com/soap/v3\\.1/([a-z0-9]{64})",
    ),
    named("CLOUDANT_KEY", "Cloudant API key or password", &["cloudant"], "[a-f0-9]{64}"),
    token("YANDEX_API_KEY", "Yandex Cloud API key", "AQVN[A-Za-z0-9_-]{35,38}"),
    token(
        "YANDEX_ACCESS_TOKEN",
        "Yandex Cloud IAM token",
        "t1\\.[A-Za-z0-9_-]{20,}={0,2}\\.[A-Za-z0-9_-]{86}={0,2}",
    ),
    named("YANDEX_SECRET_KEY", "Yandex Cloud static key", &["yandex"], "YC[A-Za-z0-9_-]{38}"),
    token(
        "HEROKU_API_KEY",
        "Heroku API key",
        "HRKU-[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}|HRKU-[A-Za-z0-9_-]{58,62}",
    ),
    named(
        "HEROKU_API_KEY",
        "Heroku API key",
        &["heroku"],
        "[0-9A-Fa-f]{8}-[0-9A-Fa-f]{4}-[0-9A-Fa-f]{4}-[0-9A-Fa-f]{4}-[0-9A-Fa-f]{12}",
    ),
    named(
        "CLOUDFLARE_TOKEN",
        "Cloudflare API token or global key",
        &["cloudflare"],
        "[A-Za-z0-9_-]{40}|[a-f0-9]{37}",
    )
    .checked(Check::Random),
    token("CLOUDFLARE_ORIGIN_CA_KEY", "Cloudflare origin CA key", "v1\\.0-[a-f0-9]{24}-[a-f0-9]{146}"),
    token("SCALEWAY_ACCESS_KEY", "Scaleway access key", "SCW[A-Z0-9]{17}"),
    named(
        "SCALEWAY_SECRET_KEY",
        "Scaleway secret key",
        &["scaleway", "scw_secret"],
        "[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}",
    ),
    named("LINODE_TOKEN", "Linode token", &["linode"], "[a-f0-9]{64}"),
    named("VULTR_API_KEY", "Vultr API key", &["vultr"], "[A-Z0-9]{36}").checked(Check::Random),
    named("HETZNER_TOKEN", "Hetzner Cloud token", &["hetzner", "hcloud"], "[A-Za-z0-9]{64}")
        .checked(Check::Random),
    token(
        "FLY_TOKEN",
        "Fly.io access token",
        "fo1_[A-Za-z0-9_-]{43}|fm1r_[A-Za-z0-9+/]{100,}={0,3}|fm1a_[A-Za-z0-9+/]{100,}={0,3}|fm2_[A-Za-z0-9+/]{100,}={0,3}",
    ),
    token("RENDER_API_KEY", "Render API key", "rnd_[A-Za-z0-9]{28,32}"),
    token("NETLIFY_TOKEN", "Netlify token", "nfp_[A-Za-z0-9]{36,40}"),
    named("NETLIFY_TOKEN", "Netlify token", &["netlify"], "[A-Za-z0-9_-]{40,46}").checked(Check::Random),
    named("VERCEL_TOKEN", "Vercel token", &["vercel"], "[A-Za-z0-9]{24}").checked(Check::Random),
    token(
        "VERCEL_TOKEN",
        "Vercel token",
        "vcp_[A-Za-z0-9]{40,60}|vci_[A-Za-z0-9]{40,60}|vca_[A-Za-z0-9]{40,60}|vcr_[A-Za-z0-9]{40,60}|vck_[A-Za-z0-9]{40,60}",
    ),
    named(
        "RAILWAY_TOKEN",
        "Railway token",
        &["railway"],
        "[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}",
    ),
    token("SCALINGO_TOKEN", "Scalingo token", "tk-us-[\\w-]{48}"),
    named("FASTLY_API_KEY", "Fastly API key", &["fastly"], "[A-Za-z0-9_-]{32}").checked(Check::Random),
    token(
        "SUPABASE_TOKEN",
        "Supabase access token or secret key",
        "sbp_[a-f0-9]{40}|sbp_v0_[a-f0-9]{40}|sb_secret_[A-Za-z0-9_-]{22}_[A-Za-z0-9_-]{8}",
    ),
    token("PLANETSCALE_PASSWORD", "PlanetScale database password", "pscale_pw_[\\w=\\.-]{32,64}"),
    token(
        "PLANETSCALE_TOKEN",
        "PlanetScale service or OAuth token",
        "pscale_tkn_[\\w=\\.-]{32,64}|pscale_oauth_[\\w=\\.-]{32,64}",
    ),
    token("NEON_API_KEY", "Neon API key", "napi_[a-z0-9]{60,70}"),
    token("AIVEN_PASSWORD", "Aiven service password", "AVNS_[A-Za-z0-9_-]{19}"),
    token(
        "DATABRICKS_TOKEN",
        "Databricks token",
        "dapi[a-f0-9]{32}-[0-9]|dapi[a-f0-9]{32}|dapi[a-h0-9]{32}|dose[a-f0-9]{32}",
    ),
    named("CONFLUENT_SECRET", "Confluent Cloud secret key", &["confluent"], "[A-Za-z0-9+/]{64}|[a-z0-9]{64}")
        .checked(Check::Random),
    named("CONFLUENT_ACCESS_KEY", "Confluent Cloud access key", &["confluent"], "[A-Za-z0-9]{16}")
        .checked(Check::Random),
    token("MONGODB_ATLAS_SECRET", "MongoDB Atlas service account secret", "mdb_sa_sk_[A-Za-z0-9_-]{40}"),
    token("CLICKHOUSE_CLOUD_SECRET", "ClickHouse Cloud API secret", "4b1d[A-Za-z0-9]{38}"),
    named("SNOWFLAKE_TOKEN", "Snowflake access token", &["snowflake"], "[A-Za-z0-9_-]{44}|[A-Za-z0-9_-]{88}")
        .checked(Check::Random),
    token("OPENSHIFT_TOKEN", "OpenShift user token", "sha256~[A-Za-z0-9_-]{43}"),
    token(
        "TAILSCALE_KEY",
        "Tailscale key",
        "tskey-auth-[A-Za-z0-9]{8,20}-[A-Za-z0-9]{20,40}|tskey-api-[A-Za-z0-9]{8,20}-[A-Za-z0-9]{20,40}|tskey-client-[A-Za-z0-9]{8,20}-[A-Za-z0-9]{20,40}|tskey-[a-z]{4,8}-[A-Za-z0-9]{8,20}-[A-Za-z0-9]{20,40}|tskey-[A-Za-z0-9]{16,40}",
    ),
    token("DEFINED_NETWORKING_TOKEN", "Defined Networking token", "dnkey-[a-z0-9=_-]{26}-[a-z0-9=_-]{52}"),
    named(
        "NGROK_TOKEN",
        "ngrok token",
        &["ngrok"],
        "[A-Za-z0-9]{27}_[A-Za-z0-9]{21}|2[A-Za-z0-9]{26}_[0-9][A-Za-z0-9]{20}",
    ),
    token("NGROK_KEY", "ngrok API key", "ak_2[A-Za-z0-9]{26,30}"),
    // https://developers.cloudflare.com/fundamentals/api/get-started/token-formats/, with a check sum at the end.
    token(
        "CLOUDFLARE_TOKEN",
        "Cloudflare API token or global key",
        "cfut_[A-Za-z0-9_-]{40,56}|cfat_[A-Za-z0-9_-]{40,56}|cfk_[A-Za-z0-9_-]{40,56}",
    ),
    // https://docs.confluent.io/cloud/current/client-apps/api-keys.html: since July 2025.
    token("CONFLUENT_SECRET", "Confluent Cloud secret key", "cflt[A-Za-z0-9+/]{60}").checked(Check::Random),
    token("ASTRA_DB_TOKEN", "DataStax Astra token", "AstraCS:[A-Za-z]{24}:[a-f0-9]{64}"),
    token("COCKROACH_CLOUD_KEY", "CockroachDB Cloud API key", "CCDB1_[A-Za-z0-9]{22}_[A-Za-z0-9]{40}"),
    token("XATA_API_KEY", "Xata API key", "xau_[A-Za-z0-9]{30,64}").checked(Check::Random),
    token(
        "VERCEL_BLOB_TOKEN",
        "Vercel Blob read and write token",
        "vercel_blob_rw_[A-Za-z0-9]{16}_[A-Za-z0-9]{28,32}",
    ),
    token("DENO_DEPLOY_TOKEN", "Deno Deploy token", "ddp_[A-Za-z0-9]{36,40}|ddo_[A-Za-z0-9]{36,40}")
        .checked(Check::Random),
    token("EXOSCALE_KEY", "Exoscale API key id", "EXO[a-f0-9]{24}"),
    token("DOCKER_SWARM_TOKEN", "Docker Swarm join token", "SWMTKN-1-[a-z0-9]{50}-[a-z0-9]{25}"),
    named("WEAVIATE_API_KEY", "Weaviate API key", &["weaviate"], "[A-Za-z0-9]{36,60}").checked(Check::Random),
    named("UPSTASH_TOKEN", "Upstash token", &["upstash"], "[A-Za-z0-9_-]{40,80}={0,2}")
        .checked(Check::Random),
];
