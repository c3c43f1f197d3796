//! Hosting, data stores and networks.

use super::super::check::Check;
use super::super::rule::{Rule, alone, named, token};

pub(super) const RULES: &[Rule] = &[
    token("HEROKU_API_KEY", "Heroku API key", "HRKU-\\u|HRKU-[A-Za-z0-9_-]{58,62}")
        .like(&["HRKU-<uuid>", "HRKU-<60 url>"])
        .unlike(&["HRKU-<8 hex>-<4 hex>-<4 hex>-<4 hex>-<11 hex>"]),
    named("HEROKU_API_KEY", "Heroku API key", &["heroku"], "\\u")
        .like(&[r#""heroku_key": "<uuid>""#])
        .unlike(&[r#"it = "<uuid>""#, r#""heroku_key": "<8 hex>-<4 hex>-<4 hex>-<4 hex>-<11 hex>""#]),
    named(
        "CLOUDFLARE_TOKEN",
        "Cloudflare API token or global key",
        &["cloudflare"],
        "[A-Za-z0-9_-]{40}|[a-f0-9]{37}",
    )
    .checked(Check::Random)
    .like(&["cloudflare_key='<40 url>'", "cloudflare_key='<37 hex>'"])
    .unlike(&[r#"it = "<40 url>""#, "cloudflare_key='<39 url>'"]),
    token("CLOUDFLARE_ORIGIN_CA_KEY", "Cloudflare origin CA key", "v1\\.0-[a-f0-9]{24}-[a-f0-9]{146}")
        .like(&["v1.0-<24 hex>-<146 hex>"])
        .unlike(&["v1.0-<24 hex>-<145 hex>"]),
    token("SCALEWAY_ACCESS_KEY", "Scaleway access key", "SCW[A-Z0-9]{17}")
        .like(&["SCW<17 upper>"])
        .unlike(&["SCW<16 upper>"]),
    named("SCALEWAY_SECRET_KEY", "Scaleway secret key", &["scaleway", "scw_secret"], "\\u")
        .like(&["scaleway_key='<uuid>'"])
        .unlike(&[r#"it = "<uuid>""#, "scaleway_key='<8 hex>-<4 hex>-<4 hex>-<4 hex>-<11 hex>'"]),
    named("LINODE_TOKEN", "Linode token", &["linode"], "[a-f0-9]{64}")
        .like(&[r#"linode_key = "<64 hex>""#])
        .unlike(&[r#"it = "<64 hex>""#, r#"linode_key = "<63 hex>""#]),
    named("VULTR_API_KEY", "Vultr API key", &["vultr"], "[A-Z0-9]{36}")
        .checked(Check::Random)
        .like(&[r#""vultr_key": "<36 upper>""#])
        .unlike(&[r#"it = "<36 upper>""#, r#""vultr_key": "<35 upper>""#]),
    named("HETZNER_TOKEN", "Hetzner Cloud token", &["hetzner", "hcloud"], "[A-Za-z0-9]{64}")
        .checked(Check::Random)
        .like(&["hetzner_key='<64 word>'"])
        .unlike(&[r#"it = "<64 word>""#, "hetzner_key='<63 word>'"]),
    token(
        "FLY_TOKEN",
        "Fly.io access token",
        concat!(
            "fo1_[A-Za-z0-9_-]{43}",
            "|fm1r_[A-Za-z0-9+/]{100,4000}={0,3}",
            "|fm1a_[A-Za-z0-9+/]{100,4000}={0,3}",
            "|fm2_[A-Za-z0-9+/]{100,4000}={0,3}"
        ),
    )
    .like(&["fo1_<43 url>", "fm2_<100 base64>="])
    .unlike(&["fo1_<42 url>"]),
    token("RENDER_API_KEY", "Render API key", "rnd_[A-Za-z0-9]{28,32}")
        .like(&["rnd_<30 word>"])
        .unlike(&["rnd_<27 word>"]),
    token("NETLIFY_TOKEN", "Netlify token", "nfp_[A-Za-z0-9]{36,40}")
        .like(&["nfp_<38 word>"])
        .unlike(&["nfp_<35 word>"]),
    named("NETLIFY_TOKEN", "Netlify token", &["netlify"], "[A-Za-z0-9_-]{40,46}")
        .checked(Check::Random)
        .like(&[r#"netlify_key = "<43 url>""#])
        .unlike(&[r#"it = "<43 url>""#, r#"netlify_key = "<39 url>""#]),
    named("VERCEL_TOKEN", "Vercel token", &["vercel"], "[A-Za-z0-9]{24}")
        .checked(Check::Random)
        .like(&[r#""vercel_key": "<24 word>""#])
        .unlike(&[r#"it = "<24 word>""#, r#""vercel_key": "<23 word>""#]),
    token(
        "VERCEL_TOKEN",
        "Vercel token",
        concat!(
            "vcp_[A-Za-z0-9]{40,60}",
            "|vci_[A-Za-z0-9]{40,60}",
            "|vca_[A-Za-z0-9]{40,60}",
            "|vcr_[A-Za-z0-9]{40,60}",
            "|vck_[A-Za-z0-9]{40,60}"
        ),
    )
    .like(&["vcp_<50 word>", "vck_<50 word>"])
    .unlike(&["vcp_<39 word>"]),
    named("RAILWAY_TOKEN", "Railway token", &["railway"], "\\u")
        .like(&[r#"railway_key = "<uuid>""#])
        .unlike(&[r#"it = "<uuid>""#, r#"railway_key = "<8 hex>-<4 hex>-<4 hex>-<4 hex>-<11 hex>""#]),
    token("SCALINGO_TOKEN", "Scalingo token", "tk-us-[\\w-]{48}")
        .like(&["tk-us-<48 url>"])
        .unlike(&["tk-us-<47 url>"]),
    named("FASTLY_API_KEY", "Fastly API key", &["fastly"], "[A-Za-z0-9_-]{32}")
        .checked(Check::Random)
        .like(&["fastly_key='<32 url>'"])
        .unlike(&[r#"it = "<32 url>""#, "fastly_key='<31 url>'"]),
    token(
        "SUPABASE_TOKEN",
        "Supabase access token or secret key",
        "sbp_[a-f0-9]{40}|sbp_v0_[a-f0-9]{40}|sb_secret_[A-Za-z0-9_-]{22}_[A-Za-z0-9_-]{8}",
    )
    .like(&["sbp_<40 hex>", "sb_secret_<22 url>_<8 url>"])
    .unlike(&["sbp_<39 hex>"]),
    token("PLANETSCALE_PASSWORD", "PlanetScale database password", "pscale_pw_[\\w=\\.-]{32,64}")
        .like(&["pscale_pw_<48 word>"])
        .unlike(&["pscale_pw_<31 word>"]),
    token(
        "PLANETSCALE_TOKEN",
        "PlanetScale service or OAuth token",
        "pscale_tkn_[\\w=\\.-]{32,64}|pscale_oauth_[\\w=\\.-]{32,64}",
    )
    .like(&["pscale_tkn_<48 word>", "pscale_oauth_<48 word>"])
    .unlike(&["pscale_tkn_<31 word>"]),
    token("NEON_API_KEY", "Neon API key", "napi_[a-z0-9]{60,70}")
        .like(&["napi_<65 lower>"])
        .unlike(&["napi_<59 lower>"]),
    token("AIVEN_PASSWORD", "Aiven service password", "AVNS_[A-Za-z0-9_-]{19}")
        .like(&["AVNS_<19 url>"])
        .unlike(&["AVNS_<18 url>"]),
    token(
        "DATABRICKS_TOKEN",
        "Databricks token",
        concat!(
            "dapi[a-f0-9]{32}-[0-9]",
            "|dapi[a-f0-9]{32}",
            "|dapi[a-h0-9]{32}",
            "|dose[a-f0-9]{32}",
            "|dkea[a-f0-9]{32}"
        ),
    )
    .like(&["dapi<32 hex>-<1 digits>", "dkea<32 hex>"])
    .unlike(&["dapi<31 hex>-<1 digits>"]),
    named("CONFLUENT_SECRET", "Confluent Cloud secret key", &["confluent"], "[A-Za-z0-9+/]{64}|[a-z0-9]{64}")
        .checked(Check::Random)
        .like(&[r#"confluent_key = "<64 base64>""#, r#"confluent_key = "<64 lower>""#])
        .unlike(&[r#"it = "<64 base64>""#, r#"confluent_key = "<63 base64>""#]),
    named("CONFLUENT_ACCESS_KEY", "Confluent Cloud access key", &["confluent"], "[A-Za-z0-9]{16}")
        .checked(Check::Random)
        .like(&[r#""confluent_key": "<16 word>""#])
        .unlike(&[r#"it = "<16 word>""#, r#""confluent_key": "<15 word>""#]),
    token("MONGODB_ATLAS_SECRET", "MongoDB Atlas service account secret", "mdb_sa_sk_[A-Za-z0-9_-]{40}")
        .like(&["mdb_sa_sk_<40 url>"])
        .unlike(&["mdb_sa_sk_<39 url>"]),
    token("CLICKHOUSE_CLOUD_SECRET", "ClickHouse Cloud API secret", "4b1d[A-Za-z0-9]{38}")
        .like(&["4b1d<38 word>"])
        .unlike(&["4b1d<37 word>"]),
    named("SNOWFLAKE_TOKEN", "Snowflake access token", &["snowflake"], "[A-Za-z0-9_-]{44}|[A-Za-z0-9_-]{88}")
        .checked(Check::Random)
        .like(&[r#""snowflake_key": "<44 url>""#, r#""snowflake_key": "<88 url>""#])
        .unlike(&[r#"it = "<44 url>""#, r#""snowflake_key": "<43 url>""#]),
    token("OPENSHIFT_TOKEN", "OpenShift user token", "sha256~[A-Za-z0-9_-]{43}")
        .like(&["sha256~<43 url>"])
        .unlike(&["sha256~<42 url>"]),
    token(
        "TAILSCALE_KEY",
        "Tailscale key",
        concat!(
            "tskey-auth-[A-Za-z0-9]{8,20}-[A-Za-z0-9]{20,40}",
            "|tskey-api-[A-Za-z0-9]{8,20}-[A-Za-z0-9]{20,40}",
            "|tskey-client-[A-Za-z0-9]{8,20}-[A-Za-z0-9]{20,40}",
            "|tskey-[a-z]{4,8}-[A-Za-z0-9]{8,20}-[A-Za-z0-9]{20,40}",
            "|tskey-[A-Za-z0-9]{16,40}"
        ),
    )
    .like(&["tskey-auth-<14 word>-<30 word>", "tskey-<28 word>"])
    .unlike(&["tskey-auth-<14 word>-<19 word>"]),
    token("DEFINED_NETWORKING_TOKEN", "Defined Networking token", "dnkey-[a-z0-9=_-]{26}-[a-z0-9=_-]{52}")
        .like(&["dnkey-<26 lower>-<52 lower>"])
        .unlike(&["dnkey-<26 lower>-<51 lower>"]),
    named(
        "NGROK_TOKEN",
        "ngrok token",
        &["ngrok"],
        "[A-Za-z0-9]{27}_[A-Za-z0-9]{21}|2[A-Za-z0-9]{26}_[0-9][A-Za-z0-9]{20}",
    )
    .like(&["ngrok_key='<27 word>_<21 word>'", "ngrok_key='2<26 word>_<1 digits><20 word>'"])
    .unlike(&[r#"it = "<27 word>_<21 word>""#, "ngrok_key='<27 word>_<20 word>'"]),
    token("NGROK_KEY", "ngrok API key", "ak_2[A-Za-z0-9]{26,30}")
        .like(&["ak_2<28 word>"])
        .unlike(&["ak_2<25 word>"]),
    // https://developers.cloudflare.com/fundamentals/api/get-started/token-formats/, with a check sum at the end.
    token(
        "CLOUDFLARE_TOKEN",
        "Cloudflare API token or global key",
        "cfut_[A-Za-z0-9_-]{40,56}|cfat_[A-Za-z0-9_-]{40,56}|cfk_[A-Za-z0-9_-]{40,56}",
    )
    .like(&["cfut_<48 url>", "cfk_<48 url>"])
    .unlike(&["cfut_<39 url>"]),
    // https://docs.confluent.io/cloud/current/client-apps/api-keys.html: since July 2025.
    token("CONFLUENT_SECRET", "Confluent Cloud secret key", "cflt[A-Za-z0-9+/]{60}")
        .checked(Check::Random)
        .like(&["cflt<60 base64>"])
        .unlike(&["cflt<59 base64>", "cflt<60 prose>"]),
    token("ASTRA_DB_TOKEN", "DataStax Astra token", "AstraCS:[A-Za-z]{24}:[a-f0-9]{64}")
        .like(&["AstraCS:<24 Letters>:<64 hex>"])
        .unlike(&["AstraCS:<24 Letters>:<63 hex>"]),
    token("COCKROACH_CLOUD_KEY", "CockroachDB Cloud API key", "CCDB1_[A-Za-z0-9]{22}_[A-Za-z0-9]{40}")
        .like(&["CCDB1_<22 word>_<40 word>"])
        .unlike(&["CCDB1_<22 word>_<39 word>"]),
    token("XATA_API_KEY", "Xata API key", "xau_[A-Za-z0-9]{30,64}")
        .checked(Check::Random)
        .like(&["xau_<47 word>"])
        .unlike(&["xau_<29 word>", "xau_<47 prose>"]),
    token(
        "VERCEL_BLOB_TOKEN",
        "Vercel Blob read and write token",
        "vercel_blob_rw_[A-Za-z0-9]{16}_[A-Za-z0-9]{28,32}",
    )
    .like(&["vercel_blob_rw_<16 word>_<30 word>"])
    .unlike(&["vercel_blob_rw_<16 word>_<27 word>"]),
    token("DENO_DEPLOY_TOKEN", "Deno Deploy token", "ddp_[A-Za-z0-9]{36,40}|ddo_[A-Za-z0-9]{36,40}")
        .checked(Check::Random)
        .like(&["ddp_<38 word>", "ddo_<38 word>"])
        .unlike(&["ddp_<35 word>", "ddp_<38 prose>"]),
    token("EXOSCALE_KEY", "Exoscale API key id", "EXO[a-f0-9]{24}")
        .like(&["EXO<24 hex>"])
        .unlike(&["EXO<23 hex>"]),
    token("DOCKER_SWARM_TOKEN", "Docker Swarm join token", "SWMTKN-1-[a-z0-9]{50}-[a-z0-9]{25}")
        .like(&["SWMTKN-1-<50 lower>-<25 lower>"])
        .unlike(&["SWMTKN-1-<50 lower>-<24 lower>"]),
    named("WEAVIATE_API_KEY", "Weaviate API key", &["weaviate"], "[A-Za-z0-9]{36,60}")
        .checked(Check::Random)
        .like(&[r#""weaviate_key": "<48 word>""#])
        .unlike(&[r#"it = "<48 word>""#, r#""weaviate_key": "<35 word>""#]),
    named("UPSTASH_TOKEN", "Upstash token", &["upstash"], "[A-Za-z0-9_-]{40,80}={0,2}")
        .checked(Check::Random)
        .like(&["upstash_key='<60 url>='"])
        .unlike(&[r#"it = "<60 url>=""#, "upstash_key='<39 url>='"]),
    alone("DIGITALOCEAN_SPACES_KEY", "DigitalOcean Spaces key id", "DO00[A-Z0-9]{16}")
        .checked(Check::Random)
        .like(&["DO00<16 upper>"])
        .unlike(&["DO00<15 upper>", "DO00<16 prose>"]),
    token("UPCLOUD_TOKEN", "UpCloud API token", "ucat_[A-Z0-9]{26}")
        .like(&["ucat_<26 upper>"])
        .unlike(&["ucat_<25 upper>"]),
    named("CIVO_TOKEN", "Civo API key", &["civo"], "[A-Za-z0-9]{50}")
        .checked(Check::Random)
        .like(&["civo_key='<50 word>'"])
        .unlike(&[r#"it = "<50 word>""#, "civo_key='<49 word>'"]),
    token("ELASTIC_CLOUD_KEY", "Elastic Cloud API key", "essu_[A-Za-z0-9+/]{60,160}={0,2}")
        .like(&["essu_<110 base64>="])
        .unlike(&["essu_<59 base64>="]),
    token("PORTAINER_TOKEN", "Portainer access token", "ptr_[A-Za-z0-9+/]{43}=")
        .like(&["ptr_<43 base64>="])
        .unlike(&["ptr_<42 base64>="]),
    token("RANCHER_TOKEN", "Rancher API token", "token-[a-z0-9]{5}:[a-z0-9]{54}")
        .like(&["token-<5 lower>:<54 lower>"])
        .unlike(&["token-<5 lower>:<53 lower>"]),
    token("K3S_TOKEN", "K3s join token", "K10[a-f0-9]{48,64}::[a-z]{4,8}:[a-f0-9]{32}")
        .like(&["K10<56 hex>::<6 letters>:<32 hex>"])
        .unlike(&["K10<56 hex>::<6 letters>:<31 hex>"]),
    token("DOCKER_SWARM_UNLOCK_KEY", "Docker Swarm unlock key", "SWMKEY-1-[A-Za-z0-9+/]{43}")
        .like(&["SWMKEY-1-<43 base64>"])
        .unlike(&["SWMKEY-1-<42 base64>"]),
    token(
        "LOCALSTACK_TOKEN",
        "LocalStack auth token",
        "ls-[A-Za-z0-9]{8}-[A-Za-z0-9]{4}-[A-Za-z0-9]{4}-[A-Za-z0-9]{4}-[A-Za-z0-9]{12}",
    )
    .checked(Check::Random)
    .like(&["ls-<8 word>-<4 word>-<4 word>-<4 word>-<12 word>"])
    .unlike(&[
        "ls-<8 word>-<4 word>-<4 word>-<4 word>-<11 word>",
        "als-<8 word>-<4 word>-<4 word>-<4 word>-<12 word>",
    ]),
    named("MERAKI_API_KEY", "Cisco Meraki dashboard API key", &["meraki"], "[a-f0-9]{40}")
        .like(&[r#"meraki_key = "<40 hex>""#])
        .unlike(&[r#"it = "<40 hex>""#, r#"meraki_key = "<39 hex>""#]),
    named("ZEROTIER_TOKEN", "ZeroTier token", &["zerotier"], "[A-Za-z0-9]{32}")
        .checked(Check::Random)
        .like(&[r#""zerotier_key": "<32 word>""#])
        .unlike(&[r#"it = "<32 word>""#, r#""zerotier_key": "<31 word>""#]),
    token(
        "ORACLE_PASSWORD",
        "password in the address of an Oracle database",
        "jdbc:oracle:thin:[A-Za-z0-9_]{1,30}/([A-Za-z0-9_#$!%&*+\\.-]{4,64})",
    )
    .checked(Check::Random)
    .like(&["jdbc:oracle:thin:app/<14 word>@//db:1521/x"])
    .unlike(&["jdbc:oracle:thin:app/<14 prose>@//db:1521/x", "jdbc:oracle:thin:@//db:1521/<14 word>"]),
];
