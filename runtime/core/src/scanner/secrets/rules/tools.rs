//! Infrastructure as code, vaults, work tracking and other tools of developers.

use super::super::check::Check;
use super::super::rule::{Rule, alone, named, token};

pub(super) const RULES: &[Rule] = &[
    token("TERRAFORM_TOKEN", "HCP Terraform token", "[A-Za-z0-9]{14}\\.atlasv1\\.[A-Za-z0-9_=-]{60,70}")
        .like(&["<14 word>.atlasv1.<65 word>"])
        .unlike(&["<14 word>.atlasv1.<59 word>"]),
    token(
        "VAULT_TOKEN",
        "HashiCorp Vault service, batch or recovery token",
        "hvs\\.[\\w-]{24,200}|hvb\\.[\\w-]{100,400}|hvr\\.[\\w-]{24,200}",
    )
    .like(&["hvs.<24 url>", "hvr.<24 url>"])
    .unlike(&["hvs.<23 url>"]),
    named(
        "VAULT_TOKEN",
        "HashiCorp Vault token of before 1.10",
        &["vault"],
        "s\\.[A-Za-z0-9]{24}|b\\.[A-Za-z0-9_-]{24,198}|r\\.[A-Za-z0-9]{24}|[A-Za-z0-9]{24}",
    )
    .checked(Check::Random)
    .like(&["vault_key='<24 word>'", "VAULT_TOKEN=s.<24 word>", "X-Vault-Token: b.<98 url>"])
    .unlike(&[r#"it = "<24 word>""#, "vault_key='<23 word>'", "vault is.<24 word>", "TOKEN=s.<24 word>"]),
    named("CYPRESS_RECORD_KEY", "Cypress record key", &["cypress_record_key"], "\\u")
        .like(&["CYPRESS_RECORD_KEY=<uuid>", r#"CYPRESS_RECORD_KEY: "<uuid>""#])
        .unlike(&[r#"it = "<uuid>""#, "cypress_id=<uuid>"]),
    token("MERGIFY_KEY", "Mergify application key", "mergify_application_key_[A-Za-z0-9_-]{40,200}")
        .like(&["mergify_application_key_<40 url>"])
        .unlike(&["mergify_application_key_<39 url>"]),
    token("PULUMI_TOKEN", "Pulumi token", "pul-[a-f0-9]{40}")
        .like(&["pul-<40 hex>"])
        .unlike(&["pul-<39 hex>"]),
    token("PREFECT_TOKEN", "Prefect token", "pnu_[A-Za-z0-9]{36}|pnb_[A-Za-z0-9]{36}")
        .like(&["pnu_<36 word>", "pnb_<36 word>"])
        .unlike(&["pnu_<35 word>"]),
    token(
        "DOPPLER_TOKEN",
        "Doppler token",
        concat!(
            "dp\\.pt\\.[A-Za-z0-9]{40,44}",
            "|dp\\.st\\.[a-z0-9_-]{2,35}\\.[A-Za-z0-9]{40,44}",
            "|dp\\.st\\.[A-Za-z0-9]{40,44}",
            "|dp\\.ct\\.[A-Za-z0-9]{40,44}",
            "|dp\\.sa\\.[A-Za-z0-9]{40,44}",
            "|dp\\.scim\\.[A-Za-z0-9]{40,44}",
            "|dp\\.audit\\.[A-Za-z0-9]{40,44}"
        ),
    )
    .like(&["dp.pt.<42 word>", "dp.audit.<42 word>"])
    .unlike(&["dp.pt.<39 word>"]),
    token("INFRACOST_KEY", "Infracost API key", "ico-[A-Za-z0-9]{32}")
        .like(&["ico-<32 word>"])
        .unlike(&["ico-<31 word>"]),
    token(
        "SNYK_TOKEN",
        "Snyk token",
        "snyk_uat\\.[a-z0-9]{8}\\.[\\w=-]{50,400}|snyk_sat\\.[a-z0-9]{8}\\.[\\w=-]{50,400}",
    )
    .like(&["snyk_uat.<8 lower>.<50 word>", "snyk_sat.<8 lower>.<50 word>"])
    .unlike(&["snyk_uat.<8 lower>.<49 word>"]),
    named("SNYK_TOKEN", "Snyk token", &["snyk"], "\\u")
        .like(&["snyk_key='<uuid>'"])
        .unlike(&[r#"it = "<uuid>""#, "snyk_key='<8 hex>-<4 hex>-<4 hex>-<4 hex>-<11 hex>'"]),
    token(
        "SONAR_TOKEN",
        "SonarQube or SonarCloud token",
        "squ_[a-f0-9]{40}|sqp_[a-f0-9]{40}|sqa_[a-f0-9]{40}|sqco_u_[A-Za-z0-9]{40}",
    )
    .like(&["squ_<40 hex>", "sqco_u_<40 word>"])
    .unlike(&["squ_<39 hex>"]),
    named("SONAR_TOKEN", "SonarCloud token", &["sonar"], "[a-f0-9]{40}")
        .like(&[r#""sonar_key": "<40 hex>""#])
        .unlike(&[r#"it = "<40 hex>""#, r#""sonar_key": "<39 hex>""#]),
    token(
        "SOURCEGRAPH_TOKEN",
        "Sourcegraph token",
        concat!(
            "sgp_[a-f0-9]{40}",
            "|sgp_[a-fA-F0-9]{16}_[a-f0-9]{40}",
            "|sgp_local_[a-f0-9]{40}",
            "|slk_[a-f0-9]{64}",
            "|sgd_[a-f0-9]{64}"
        ),
    )
    .like(&["sgp_<40 hex>", "sgd_<64 hex>"])
    .unlike(&["sgp_<39 hex>"]),
    token("POSTMAN_KEY", "Postman API key", "PMAK-[a-fA-F0-9]{24}-[a-fA-F0-9]{34}|PMAT-[A-Z0-9]{26}")
        .like(&["PMAK-<24 hex>-<34 hex>", "PMAT-<26 upper>"])
        .unlike(&["PMAK-<24 hex>-<33 hex>"]),
    token("README_TOKEN", "ReadMe API key", "rdme_[a-z0-9]{70}")
        .like(&["rdme_<70 lower>"])
        .unlike(&["rdme_<69 lower>"]),
    token("CONTENTFUL_TOKEN", "Contentful personal token", "CFPAT-[A-Za-z0-9_-]{43}")
        .like(&["CFPAT-<43 url>"])
        .unlike(&["CFPAT-<42 url>"]),
    named("CONTENTFUL_TOKEN", "Contentful delivery token", &["contentful"], "[A-Za-z0-9_-]{43}")
        .checked(Check::Random)
        .like(&[r#"contentful_key = "<43 url>""#])
        .unlike(&[r#"it = "<43 url>""#, r#"contentful_key = "<42 url>""#]),
    named("LAUNCHDARKLY_TOKEN", "LaunchDarkly token", &["launchdarkly"], "[A-Za-z0-9_-]{40}")
        .checked(Check::Random)
        .like(&[r#""launchdarkly_key": "<40 url>""#])
        .unlike(&[r#"it = "<40 url>""#, r#""launchdarkly_key": "<39 url>""#]),
    token("LAUNCHDARKLY_KEY", "LaunchDarkly SDK, mobile or API key", "sdk-\\u|mob-\\u|api-\\u")
        .like(&["sdk-<uuid>", "api-<uuid>"])
        .unlike(&["sdk-<8 hex>-<4 hex>-<4 hex>-<4 hex>-<11 hex>"]),
    token("LINEAR_API_KEY", "Linear API key", "lin_api_[A-Za-z0-9]{40}|lin_oauth_[a-f0-9]{64}")
        .like(&["lin_api_<40 word>", "lin_oauth_<64 hex>"])
        .unlike(&["lin_api_<39 word>"]),
    named("LINEAR_CLIENT_SECRET", "Linear client secret", &["linear"], "[a-f0-9]{32}")
        .like(&[r#""linear_key": "<32 hex>""#])
        .unlike(&[r#"it = "<32 hex>""#, r#""linear_key": "<31 hex>""#]),
    token(
        "DROPBOX_LONG_TOKEN",
        "Dropbox access token",
        "sl\\.[A-Za-z0-9_=-]{130,200}|sl\\.u\\.[A-Za-z0-9_=-]{130,2000}",
    )
    .like(&["sl.<165 word>", "sl.u.<130 word>"])
    .unlike(&["sl.<129 word>"]),
    named("DROPBOX_API_SECRET", "Dropbox app secret", &["dropbox"], "[a-z0-9]{15}")
        .checked(Check::Random)
        .like(&[r#"dropbox_key = "<15 lower>""#])
        .unlike(&[r#"it = "<15 lower>""#, r#"dropbox_key = "<14 lower>""#]),
    named(
        "DROPBOX_LONG_TOKEN",
        "Dropbox token of before 2021",
        &["dropbox"],
        "[a-z0-9]{11}AAAAAAAAAA[a-z0-9_-]{43}|[A-Za-z0-9_-]{64}",
    )
    .checked(Check::Random)
    .like(&[r#""dropbox_key": "<11 lower>AAAAAAAAAA<43 lower>""#, r#""dropbox_key": "<64 url>""#])
    .unlike(&[
        r#"it = "<11 lower>AAAAAAAAAA<43 lower>""#,
        r#""dropbox_key": "<11 lower>AAAAAAAAAA<42 lower>""#,
    ]),
    token(
        "FIGMA_TOKEN",
        "Figma token",
        "figd_[A-Za-z0-9_-]{40,50}|figu_[A-Za-z0-9_-]{40,50}|figo_[A-Za-z0-9_-]{40,50}",
    )
    .like(&["figd_<45 url>", "figo_<45 url>"])
    .unlike(&["figd_<39 url>"]),
    token("NOTION_TOKEN", "Notion integration token", "ntn_[0-9]{11}[A-Za-z0-9]{35}|secret_[A-Za-z0-9]{43}")
        .like(&["ntn_<11 digits><35 word>", "secret_<43 word>"])
        .unlike(&["ntn_<11 digits><34 word>"]),
    named("ASANA_TOKEN", "Asana client secret", &["asana"], "[a-z0-9]{32}")
        .checked(Check::Random)
        .like(&[r#""asana_key": "<32 lower>""#])
        .unlike(&[r#"it = "<32 lower>""#, r#""asana_key": "<31 lower>""#]),
    named("ASANA_CLIENT_ID", "Asana client id", &["asana"], "[0-9]{16}")
        .like(&["asana_key='<16 digits>'"])
        .unlike(&[r#"it = "<16 digits>""#, "asana_key='<15 digits>'"]),
    alone("ASANA_TOKEN", "Asana personal token", "[0-9]{1}/[0-9]{16}/[0-9]{16}:[a-f0-9]{32}")
        .like(&["<1 digits>/<16 digits>/<16 digits>:<32 hex>"])
        .unlike(&["<1 digits>/<16 digits>/<16 digits>:<31 hex>"]),
    token("CLICKUP_TOKEN", "ClickUp token", "pk_[0-9]{7,9}_[A-Z0-9]{32}")
        .like(&["pk_<8 digits>_<32 upper>"])
        .unlike(&["pk_<8 digits>_<31 upper>"]),
    token(
        "PACKAGIST_TOKEN",
        "Private Packagist token",
        concat!(
            "packagist_out_[a-f0-9]{68}",
            "|packagist_ort_[a-f0-9]{68}",
            "|packagist_uut_[a-f0-9]{68}",
            "|packagist_urt_[a-f0-9]{68}"
        ),
    )
    .like(&["packagist_out_<68 hex>", "packagist_urt_<68 hex>"])
    .unlike(&["packagist_out_<67 hex>"]),
    token(
        "INNGEST_SIGNING_KEY",
        "Inngest signing key",
        "signkey-prod-[a-f0-9]{64}|signkey-test-[a-f0-9]{64}|signkey-branch-[a-f0-9]{64}",
    )
    .like(&["signkey-prod-<64 hex>", "signkey-branch-<64 hex>"])
    .unlike(&["signkey-prod-<63 hex>"]),
    token(
        "TRIGGER_DEV_KEY",
        "Trigger.dev secret key",
        concat!(
            "tr_prod_[A-Za-z0-9]{20,24}",
            "|tr_dev_[A-Za-z0-9]{20,24}",
            "|tr_stg_[A-Za-z0-9]{20,24}",
            "|tr_preview_[A-Za-z0-9]{20,24}"
        ),
    )
    .checked(Check::Random)
    .like(&["tr_prod_<22 word>", "tr_preview_<22 word>"])
    .unlike(&["tr_prod_<19 word>", "tr_prod_<22 prose>"]),
    token(
        "AIKIDO_SECRET",
        "Aikido client secret or scanning token",
        "AIK_SECRET_[A-Za-z0-9]{64}|AIK_CI_[A-Za-z0-9]{20,64}",
    )
    .like(&["AIK_SECRET_<64 word>", "AIK_CI_<42 word>"])
    .unlike(&["AIK_SECRET_<63 word>"]),
    token("ENDOR_LABS_KEY", "Endor Labs API key", "endr\\+[A-Za-z0-9]{16}")
        .like(&["endr+<16 word>"])
        .unlike(&["endr+<15 word>"]),
    token("SPECTRALOPS_TOKEN", "SpectralOps token", "spu-[a-f0-9]{32}")
        .like(&["spu-<32 hex>"])
        .unlike(&["spu-<31 hex>"]),
    token("SOCKET_TOKEN", "Socket API token", "sktsec_[A-Za-z0-9_-]{40,80}")
        .like(&["sktsec_<60 url>"])
        .unlike(&["sktsec_<39 url>"]),
    token("ARCJET_KEY", "Arcjet key", "ajkey_[a-z0-9]{26}")
        .like(&["ajkey_<26 lower>"])
        .unlike(&["ajkey_<25 lower>"]),
    token(
        "SETTLEMINT_TOKEN",
        "SettleMint application, personal or service token",
        "sm_aat_[A-Za-z0-9]{16}|sm_pat_[A-Za-z0-9]{16}|sm_sat_[A-Za-z0-9]{16}",
    )
    .like(&["sm_aat_<16 word>", "sm_sat_<16 word>"])
    .unlike(&["sm_aat_<15 word>"]),
    token(
        "CHIEF_TOOLS_TOKEN",
        "Chief Tools token",
        "ctp_[A-Za-z0-9]{36}|cto_[A-Za-z0-9]{36}|ctr_[A-Za-z0-9]{36}",
    )
    .like(&["ctp_<36 word>", "ctr_<36 word>"])
    .unlike(&["ctp_<35 word>"]),
    token(
        "DEVCYCLE_KEY",
        "DevCycle server, client or mobile key",
        "dvc_server_[a-f0-9_]{40,60}|dvc_client_[a-f0-9_]{40,60}|dvc_mobile_[a-f0-9_]{40,60}",
    )
    .like(&["dvc_server_<50 hex>", "dvc_mobile_<50 hex>"])
    .unlike(&["dvc_server_<39 hex>"]),
    token(
        "STATSIG_KEY",
        "Statsig server or console key",
        "secret-[A-Za-z0-9]{43,48}|console-[A-Za-z0-9]{43,48}",
    )
    .checked(Check::Random)
    .like(&["secret-<45 word>", "console-<45 word>"])
    .unlike(&["secret-<42 word>", "secret-<45 prose>"]),
    token("FLAGSMITH_KEY", "Flagsmith server key", "ser\\.[A-Za-z0-9]{22}")
        .checked(Check::Random)
        .like(&["ser.<22 word>"])
        .unlike(&["ser.<21 word>", "ser.<22 prose>"]),
    token("CONFIGCAT_KEY", "ConfigCat SDK key", "configcat-sdk-1/[A-Za-z0-9_-]{22}/[A-Za-z0-9_-]{22}")
        .like(&["configcat-sdk-1/<22 url>/<22 url>"])
        .unlike(&["configcat-sdk-1/<22 url>/<21 url>"]),
    token("APOLLO_KEY", "Apollo GraphOS key", "service:[A-Za-z0-9_-]{1,60}:([A-Za-z0-9_-]{22})")
        .checked(Check::Random)
        .like(&["service:<1 url>:<22 url>"])
        .unlike(&["service:<1 url>:<21 url>", "service:<1 url>:<22 prose>"]),
    token("IONIC_TOKEN", "Ionic token", "ion_[A-Za-z0-9]{42}")
        .like(&["ion_<42 word>"])
        .unlike(&["ion_<41 word>"]),
    token("DVC_STUDIO_TOKEN", "DVC Studio token", "isat_[A-Za-z0-9]{40,60}")
        .checked(Check::Random)
        .like(&["isat_<50 word>"])
        .unlike(&["isat_<39 word>", "isat_<50 prose>"]),
    token("UNKEY_ROOT_KEY", "Unkey root key", "unkey_[A-Za-z0-9]{20,24}")
        .checked(Check::Random)
        .like(&["unkey_<22 word>"])
        .unlike(&["unkey_<19 word>", "unkey_<22 prose>"]),
    token("VAL_TOWN_TOKEN", "Val Town token", "vtwn_[A-Za-z0-9]{27}")
        .like(&["vtwn_<27 word>"])
        .unlike(&["vtwn_<26 word>"]),
    token("RAYCAST_TOKEN", "Raycast token", "rca_[A-Za-z0-9]{40,70}")
        .checked(Check::Random)
        .like(&["rca_<55 word>"])
        .unlike(&["rca_<39 word>", "rca_<55 prose>"]),
    token("REDIRECT_PIZZA_TOKEN", "redirect.pizza token", "rpa_[A-Za-z0-9]{52}")
        .like(&["rpa_<52 word>"])
        .unlike(&["rpa_<51 word>"]),
    token("CASTAI_KEY", "Cast AI key", "castai_v1_[A-Za-z0-9]{64}_[A-Za-z0-9]{8}")
        .like(&["castai_v1_<64 word>_<8 word>"])
        .unlike(&["castai_v1_<64 word>_<7 word>"]),
    token("SINDRI_KEY", "Sindri API key", "sindri_[A-Za-z0-9]{32}_[A-Za-z0-9]{4}")
        .like(&["sindri_<32 word>_<4 word>"])
        .unlike(&["sindri_<32 word>_<3 word>"]),
    token("PANGEA_TOKEN", "Pangea token", "pts_[a-z2-7]{32}")
        .like(&["pts_<32 base32>"])
        .unlike(&["pts_<31 base32>"]),
    token("BLOCK_PROTOCOL_KEY", "Block Protocol API key", "b10ck5\\.[a-f0-9]{32}\\.\\u")
        .like(&["b10ck5.<32 hex>.<uuid>"])
        .unlike(&["b10ck5.<32 hex>.<8 hex>-<4 hex>-<4 hex>-<4 hex>-<11 hex>"]),
    token("INTRA42_SECRET", "42 intranet client secret", "s-s4t2ud-[a-f0-9]{64}|s-s4t2af-[a-f0-9]{64}")
        .like(&["s-s4t2ud-<64 hex>", "s-s4t2af-<64 hex>"])
        .unlike(&["s-s4t2ud-<63 hex>"]),
    named("BITRISE_TOKEN", "Bitrise token", &["bitrise"], "[A-Za-z0-9_-]{86}")
        .checked(Check::Random)
        .like(&[r#""bitrise_key": "<86 url>""#])
        .unlike(&[r#"it = "<86 url>""#, r#""bitrise_key": "<85 url>""#]),
    alone(
        "KEYGEN_TOKEN",
        "Keygen token",
        "prod-[a-f0-9]{64}v[0-9]{1}|admi-[a-f0-9]{64}v[0-9]{1}|activ-[a-f0-9]{32}v[0-9]{1}",
    )
    .like(&["prod-<64 hex>v<1 digits>", "activ-<32 hex>v<1 digits>"])
    .unlike(&["prod-<63 hex>v<1 digits>"]),
    alone("CHECKLY_KEY", "Checkly user key", "cu_[a-f0-9]{32}")
        .like(&["cu_<32 hex>"])
        .unlike(&["cu_<31 hex>"]),
];
