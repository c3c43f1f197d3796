//! Marketing, maps, data and other services.

use super::super::check::Check;
use super::super::rule::{Rule, alone, named, token};

pub(super) const RULES: &[Rule] = &[
    named("ADAFRUIT_KEY", "Adafruit key", &["adafruit"], "[a-z0-9_-]{32}")
        .checked(Check::Random)
        .like(&[r#"adafruit_key = "<32 lower>""#])
        .unlike(&[r#"it = "<32 lower>""#, r#"adafruit_key = "<31 lower>""#]),
    token("ADAFRUIT_KEY", "Adafruit IO key", "aio_[A-Za-z0-9]{28}")
        .like(&["aio_<28 word>"])
        .unlike(&["aio_<27 word>"]),
    token("ADOBE_CLIENT_SECRET", "Adobe client secret", "p8e-[A-Za-z0-9]{32}")
        .like(&["p8e-<32 word>"])
        .unlike(&["p8e-<31 word>"]),
    named("ADOBE_CLIENT_ID", "Adobe client id", &["adobe"], "[a-f0-9]{32}")
        .like(&[r#"adobe_key = "<32 hex>""#])
        .unlike(&[r#"it = "<32 hex>""#, r#"adobe_key = "<31 hex>""#]),
    alone("AIRTABLE_TOKEN", "Airtable personal token", "pat[A-Za-z0-9]{14}\\.[a-f0-9]{64}")
        .like(&["pat<14 word>.<64 hex>"])
        .unlike(&["pat<14 word>.<63 hex>"]),
    named("AIRTABLE_KEY", "Airtable API key", &["airtable"], "[A-Za-z0-9]{17}")
        .checked(Check::Random)
        .like(&["airtable_key='<17 word>'"])
        .unlike(&[r#"it = "<17 word>""#, "airtable_key='<16 word>'"]),
    named("ALGOLIA_KEY", "Algolia API key", &["algolia"], "[a-z0-9]{32}")
        .checked(Check::Random)
        .like(&[r#"algolia_key = "<32 lower>""#])
        .unlike(&[r#"it = "<32 lower>""#, r#"algolia_key = "<31 lower>""#]),
    alone("BEAMER_TOKEN", "Beamer API token", "b_[A-Za-z0-9=_-]{44}")
        .checked(Check::Random)
        .like(&["b_<44 word>"])
        .unlike(&["b_<43 word>", "b_<44 prose>"]),
    token("HUBSPOT_TOKEN", "HubSpot private app token", "pat-na1-\\u|pat-eu1-\\u")
        .like(&["pat-na1-<uuid>", "pat-eu1-<uuid>"])
        .unlike(&["pat-na1-<8 hex>-<4 hex>-<4 hex>-<4 hex>-<11 hex>"]),
    named("HUBSPOT_KEY", "HubSpot API key", &["hubspot"], "\\u")
        .like(&[r#"hubspot_key = "<uuid>""#])
        .unlike(&[r#"it = "<uuid>""#, r#"hubspot_key = "<8 hex>-<4 hex>-<4 hex>-<4 hex>-<11 hex>""#]),
    named("INTERCOM_KEY", "Intercom key", &["intercom"], "[A-Za-z0-9_-]{60}")
        .checked(Check::Random)
        .like(&[r#""intercom_key": "<60 url>""#])
        .unlike(&[r#"it = "<60 url>""#, r#""intercom_key": "<59 url>""#]),
    token("INTERCOM_KEY", "Intercom access token", "dG9rO[A-Za-z0-9+/]{54,60}=")
        .like(&["dG9rO<57 base64>="])
        .unlike(&["dG9rO<53 base64>="]),
    named("ZENDESK_SECRET", "Zendesk secret key", &["zendesk"], "[A-Za-z0-9]{40}")
        .checked(Check::Random)
        .like(&[r#"zendesk_key = "<40 word>""#])
        .unlike(&[r#"it = "<40 word>""#, r#"zendesk_key = "<39 word>""#]),
    named("FRESHDESK_KEY", "Freshdesk key", &["freshdesk", "freshservice"], "[A-Za-z0-9]{20}")
        .checked(Check::Random)
        .like(&[r#""freshdesk_key": "<20 word>""#])
        .unlike(&[r#"it = "<20 word>""#, r#""freshdesk_key": "<19 word>""#]),
    token(
        "TYPEFORM_TOKEN",
        "Typeform token",
        "tfp_[A-Za-z0-9_-]{40}[A-Za-z0-9_-]{0,6}\\.?[A-Za-z0-9_=-]{0,19}",
    )
    .like(&["tfp_<43 url>", "tfp_<44 url>.<14 word>"])
    .unlike(&["tfp_<39 url>"]),
    token("KLAVIYO_KEY", "Klaviyo private key", "pk_[a-f0-9]{34}")
        .like(&["pk_<34 hex>"])
        .unlike(&["pk_<33 hex>"]),
    token(
        "SALESFORCE_TOKEN",
        "Salesforce session id or refresh token",
        "00D[A-Za-z0-9]{12,15}![A-Za-z0-9_\\.]{80,130}|5Aep861[A-Za-z0-9_\\.]{70,90}",
    )
    .like(&["00D<13 word>!<105 word>", "5Aep861<80 word>"])
    .unlike(&["00D<13 word>!<79 word>"]),
    named("ZOHO_SECRET", "Zoho client secret", &["zoho"], "[a-f0-9]{42}")
        .like(&["zoho_key='<42 hex>'"])
        .unlike(&[r#"it = "<42 hex>""#, "zoho_key='<41 hex>'"]),
    token("ZOHO_TOKEN", "Zoho token", "1000\\.[a-f0-9]{32}\\.[a-f0-9]{32}")
        .like(&["1000.<32 hex>.<32 hex>"])
        .unlike(&["1000.<32 hex>.<31 hex>"]),
    token(
        "MAPBOX_TOKEN",
        "Mapbox token",
        concat!(
            "pk\\.[A-Za-z0-9]{60}\\.[A-Za-z0-9]{22}",
            "|pk\\.[A-Za-z0-9_-]{60,120}\\.[A-Za-z0-9_-]{20,24}",
            "|sk\\.[A-Za-z0-9_-]{60,120}\\.[A-Za-z0-9_-]{20,24}",
            "|tk\\.[A-Za-z0-9_-]{60,120}\\.[A-Za-z0-9_-]{20,24}"
        ),
    )
    .like(&["pk.<60 word>.<22 word>", "sk.<90 url>.<22 url>"])
    .unlike(&["pk.<59 word>.<19 word>"]),
    named(
        "NYTIMES_TOKEN",
        "New York Times token",
        &["nytimes", "new-york-times", "newyorktimes"],
        "[A-Za-z0-9_-]{32}",
    )
    .checked(Check::Random)
    .like(&["nytimes_key='<32 url>'"])
    .unlike(&[r#"it = "<32 url>""#, "nytimes_key='<31 url>'"]),
    named("RAPIDAPI_TOKEN", "RapidAPI token", &["rapidapi"], "[A-Za-z0-9_-]{50}")
        .checked(Check::Random)
        .like(&[r#"rapidapi = "<50 url>""#])
        .unlike(&[r#"it = "<50 url>""#, r#"rapidapi_key = "<49 url>""#]),
    token("FRAMEIO_TOKEN", "Frame.io token", "fio-u-[A-Za-z0-9_=-]{64}")
        .like(&["fio-u-<64 word>"])
        .unlike(&["fio-u-<63 word>"]),
    named("OPENWEATHER_KEY", "OpenWeather key", &["openweather"], "[a-f0-9]{32}")
        .like(&["openweather_key='<32 hex>'"])
        .unlike(&[r#"it = "<32 hex>""#, "openweather_key='<31 hex>'"]),
    named(
        "IPSTACK_KEY",
        "ipstack, fixer, weatherstack or similar key",
        &["ipstack", "fixer", "currencylayer", "weatherstack", "aviationstack", "marketstack"],
        "[a-f0-9]{32}",
    )
    .like(&[r#"ipstack_key = "<32 hex>""#])
    .unlike(&[r#"it = "<32 hex>""#, r#"ipstack_key = "<31 hex>""#]),
    named("VIMEO_TOKEN", "Vimeo token", &["vimeo"], "[a-f0-9]{32}")
        .like(&[r#""vimeo_key": "<32 hex>""#])
        .unlike(&[r#"it = "<32 hex>""#, r#""vimeo_key": "<31 hex>""#]),
    named("UNSPLASH_KEY", "Unsplash key", &["unsplash"], "[A-Za-z0-9_-]{43}")
        .checked(Check::Random)
        .like(&["unsplash_key='<43 url>'"])
        .unlike(&[r#"it = "<43 url>""#, "unsplash_key='<42 url>'"]),
    named("TRELLO_KEY", "Trello key", &["trello"], "[a-f0-9]{64}|[a-f0-9]{32}")
        .like(&[r#"trello_key = "<64 hex>""#, r#"trello_key = "<32 hex>""#])
        .unlike(&[r#"it = "<64 hex>""#, r#"trello_key = "<63 hex>""#]),
    token("TRELLO_TOKEN", "Trello token", "ATTA[a-f0-9]{64}[A-F0-9]{8}")
        .like(&["ATTA<64 hex><8 HEX>"])
        .unlike(&["ATTA<64 hex><7 HEX>"]),
    token("PIPEDREAM_KEY", "Pipedream key", "pd_[a-f0-9]{32}")
        .like(&["pd_<32 hex>"])
        .unlike(&["pd_<31 hex>"]),
    token("RAMP_TOKEN", "Ramp token", "ramp_id_[A-Za-z0-9]{40}|ramp_sec_[A-Za-z0-9]{48}")
        .like(&["ramp_id_<40 word>", "ramp_sec_<48 word>"])
        .unlike(&["ramp_id_<39 word>"]),
    token(
        "WAKATIME_KEY",
        "WakaTime key, secret or token",
        "waka_\\u|waka_sec_[A-Za-z0-9]{80}|waka_tok_[A-Za-z0-9]{80}|waka_ref_[A-Za-z0-9]{80}",
    )
    .like(&["waka_<uuid>", "waka_ref_<80 word>"])
    .unlike(&["waka_<8 hex>-<4 hex>-<4 hex>-<4 hex>-<11 hex>"]),
    alone("SANITY_TOKEN", "Sanity token", "sk[A-Za-z0-9]{80,180}")
        .checked(Check::Random)
        .like(&["sk<130 word>"])
        .unlike(&["sk<79 word>", "sk<130 prose>"]),
    token(
        "APIFY_TOKEN",
        "Apify API, integration or proxy token",
        concat!(
            "apify_api_[A-Za-z0-9]{34,38}",
            "|apify_integration_[A-Za-z0-9]{34,38}",
            "|apify_ui_[A-Za-z0-9]{34,38}",
            "|apify_proxy_[A-Za-z0-9]{30,38}"
        ),
    )
    .like(&["apify_api_<36 word>", "apify_proxy_<34 word>"])
    .unlike(&["apify_api_<33 word>"]),
    token("ZUPLO_API_KEY", "API key made by Zuplo", "zpka_[a-f0-9]{32}_[a-f0-9]{8}")
        .like(&["zpka_<32 hex>_<8 hex>"])
        .unlike(&["zpka_<32 hex>_<7 hex>"]),
    token("N8N_API_KEY", "n8n API key", "n8n_api_[a-f0-9]{40,100}")
        .like(&["n8n_api_<70 hex>"])
        .unlike(&["n8n_api_<39 hex>"]),
    token(
        "DBT_TOKEN",
        "dbt service or personal token",
        "dbtc_[A-Za-z0-9_-]{36,64}|dbtu_[A-Za-z0-9_-]{36,64}",
    )
    .checked(Check::Random)
    .like(&["dbtc_<50 url>", "dbtu_<50 url>"])
    .unlike(&["dbtc_<35 url>", "dbtc_<50 prose>"]),
    token(
        "ONFIDO_TOKEN",
        "Onfido API token",
        concat!(
            "api_live\\.[A-Za-z0-9_-]{11}\\.[A-Za-z0-9_-]{32}",
            "|api_live_[a-z]{2}\\.[A-Za-z0-9_-]{11}\\.[A-Za-z0-9_-]{32}",
            "|api_sandbox\\.[A-Za-z0-9_-]{11}\\.[A-Za-z0-9_-]{32}",
            "|api_sandbox_[a-z]{2}\\.[A-Za-z0-9_-]{11}\\.[A-Za-z0-9_-]{32}"
        ),
    )
    .like(&["api_live.<11 url>.<32 url>", "api_sandbox_<2 letters>.<11 url>.<32 url>"])
    .unlike(&["api_live.<11 url>.<31 url>"]),
    token(
        "SAMSARA_TOKEN",
        "Samsara API or OAuth token",
        "samsara_api_[A-Za-z0-9]{30}|samsara_oauth_[A-Za-z0-9_-]{28,60}",
    )
    .like(&["samsara_api_<30 word>", "samsara_oauth_<44 url>"])
    .unlike(&["samsara_api_<29 word>"]),
    token("MAXMIND_KEY", "MaxMind licence key", "[A-Za-z0-9]{6}_[A-Za-z0-9]{29}_mmk")
        .like(&["<6 word>_<29 word>_mmk"])
        .unlike(&["<6 word>_<28 word>_mmk"]),
    named(
        "MAXMIND_KEY",
        "MaxMind licence key of before 2023",
        &["maxmind", "geoipupdate"],
        "[A-Za-z0-9]{16}",
    )
    .checked(Check::Random)
    .like(&[r#""maxmind_key": "<16 word>""#])
    .unlike(&[r#"it = "<16 word>""#, r#""maxmind_key": "<15 word>""#]),
    named("LOOKER_CLIENT_ID", "Looker client id", &["looker"], "[A-Za-z0-9]{20}")
        .checked(Check::Random)
        .like(&["looker_key='<20 word>'"])
        .unlike(&[r#"it = "<20 word>""#, "looker_key='<19 word>'"]),
    named("LOOKER_CLIENT_SECRET", "Looker client secret", &["looker"], "[A-Za-z0-9]{24}")
        .checked(Check::Random)
        .like(&[r#"looker_key = "<24 word>""#])
        .unlike(&[r#"it = "<24 word>""#, r#"looker_key = "<23 word>""#]),
    token("TABLEAU_TOKEN", "Tableau personal access token", "[A-Za-z0-9+/]{22}==:[A-Za-z0-9]{32}")
        .like(&["<22 base64>==:<32 word>"])
        .unlike(&["<22 base64>==:<31 word>"]),
    token(
        "PLANNING_CENTER_TOKEN",
        "Planning Center token or secret",
        "pco_pat_[a-f0-9]{64,72}|pco_app_[a-f0-9]{64,72}|pco_tok_[a-f0-9]{64,72}",
    )
    .like(&["pco_pat_<68 hex>", "pco_tok_<68 hex>"])
    .unlike(&["pco_pat_<63 hex>"]),
    token("CANVA_SECRET", "Canva client secret", "cnvca[A-Za-z0-9_-]{51}")
        .like(&["cnvca<51 url>"])
        .unlike(&["cnvca<50 url>"]),
    named("COVEO_KEY", "Coveo API key or access token", &["coveo"], "xx\\u|xx[a-f0-9]{32}")
        .like(&[r#""coveo_key": "xx<uuid>""#, r#""coveo_key": "xx<32 hex>""#])
        .unlike(&[r#"it = "xx<uuid>""#, r#""coveo_key": "xx<8 hex>-<4 hex>-<4 hex>-<4 hex>-<11 hex>""#]),
    token("HCAPTCHA_SECRET", "hCaptcha secret", "ES_[a-f0-9]{32}")
        .like(&["ES_<32 hex>"])
        .unlike(&["ES_<31 hex>"]),
    token("NYLAS_KEY", "Nylas API key", "nyk_v0_[A-Za-z0-9]{64}")
        .like(&["nyk_v0_<64 word>"])
        .unlike(&["nyk_v0_<63 word>"]),
    token("CAL_COM_KEY", "Cal.com API key", "cal_live_[a-f0-9]{32}")
        .like(&["cal_live_<32 hex>"])
        .unlike(&["cal_live_<31 hex>"]),
    token("CLOSE_KEY", "Close API key", "api_[A-Za-z0-9]{22}\\.[A-Za-z0-9]{22}")
        .like(&["api_<22 word>.<22 word>"])
        .unlike(&["api_<22 word>.<21 word>"]),
    token("CLEARBIT_KEY", "Clearbit secret key", "sk_[a-f0-9]{32}")
        .like(&["sk_<32 hex>"])
        .unlike(&["sk_<31 hex>"]),
    token("ZENHUB_KEY", "ZenHub API key", "zh_[a-f0-9]{64}").like(&["zh_<64 hex>"]).unlike(&["zh_<63 hex>"]),
    token(
        "WORKATO_TOKEN",
        "Workato developer token",
        "wrka[a-z]{2}-eyJ[A-Za-z0-9_-]{10,2000}\\.[A-Za-z0-9_-]{10,2000}\\.[A-Za-z0-9_-]{10,2000}",
    )
    .like(&["wrka<2 letters>-eyJ<10 url>.<10 url>.<10 url>"])
    .unlike(&["wrka<2 letters>-eyJ<10 url>.<10 url>.<9 url>"]),
    token("IMAGEKIT_KEY", "ImageKit private key", "private_[A-Za-z0-9+/]{27}=")
        .checked(Check::Random)
        .like(&["private_<27 base64>="])
        .unlike(&["private_<26 base64>=", "private_<27 prose>="]),
    token("LOCATIONIQ_KEY", "LocationIQ key", "pk\\.[a-f0-9]{32}")
        .like(&["pk.<32 hex>"])
        .unlike(&["pk.<31 hex>"]),
    token("ARCGIS_KEY", "ArcGIS API key", "AAPK[A-Za-z0-9_-]{60,120}")
        .checked(Check::Random)
        .like(&["AAPK<90 url>"])
        .unlike(&["AAPK<59 url>", "AAPK<90 prose>"]),
    named("TODOIST_TOKEN", "Todoist token", &["todoist"], "[a-f0-9]{40}")
        .like(&[r#"todoist_key = "<40 hex>""#])
        .unlike(&[r#"it = "<40 hex>""#, r#"todoist_key = "<39 hex>""#]),
    named("PIPEDRIVE_TOKEN", "Pipedrive token", &["pipedrive"], "[a-f0-9]{40}")
        .like(&[r#""pipedrive_key": "<40 hex>""#])
        .unlike(&[r#"it = "<40 hex>""#, r#""pipedrive_key": "<39 hex>""#]),
    named("SHORTCUT_TOKEN", "Shortcut token", &["shortcut_api", "shortcut_token", "clubhouse"], "\\u")
        .like(&["shortcut_api_key='<uuid>'"])
        .unlike(&[r#"it = "<uuid>""#, "shortcut_api_key='<8 hex>-<4 hex>-<4 hex>-<4 hex>-<11 hex>'"]),
    named("CODA_TOKEN", "Coda token", &["coda_api", "coda_token", "coda-api"], "\\u")
        .like(&[r#"coda_api = "<uuid>""#])
        .unlike(&[r#"it = "<uuid>""#, r#"coda_api_key = "<8 hex>-<4 hex>-<4 hex>-<4 hex>-<11 hex>""#]),
    named("BOX_SECRET", "Box client secret", &["box_client", "box_secret", "box_dev"], "[A-Za-z0-9]{32}")
        .checked(Check::Random)
        .like(&[r#""box_client_key": "<32 word>""#])
        .unlike(&[r#"it = "<32 word>""#, r#""box_client_key": "<31 word>""#]),
    named("SMARTSHEET_TOKEN", "Smartsheet token", &["smartsheet"], "[A-Za-z0-9]{37}|[a-z0-9]{26}")
        .checked(Check::Random)
        .like(&["smartsheet_key='<37 word>'", "smartsheet_key='<26 lower>'"])
        .unlike(&[r#"it = "<37 word>""#, "smartsheet_key='<36 word>'"]),
    named("NEWS_API_KEY", "News API key", &["newsapi", "news_api"], "[a-f0-9]{32}")
        .like(&[r#"newsapi = "<32 hex>""#])
        .unlike(&[r#"it = "<32 hex>""#, r#"newsapi_key = "<31 hex>""#]),
    named("TMDB_KEY", "TMDB API key", &["tmdb"], "[a-f0-9]{32}")
        .like(&[r#""tmdb_key": "<32 hex>""#])
        .unlike(&[r#"it = "<32 hex>""#, r#""tmdb_key": "<31 hex>""#]),
    named("HERE_KEY", "HERE API key", &["here_api", "here_app", "here_maps"], "[A-Za-z0-9_-]{43}")
        .checked(Check::Random)
        .like(&["here_api='<43 url>'"])
        .unlike(&[r#"it = "<43 url>""#, "here_api_key='<42 url>'"]),
    named("TOMTOM_KEY", "TomTom key", &["tomtom"], "[A-Za-z0-9]{32}")
        .checked(Check::Random)
        .like(&[r#"tomtom_key = "<32 word>""#])
        .unlike(&[r#"it = "<32 word>""#, r#"tomtom_key = "<31 word>""#]),
    named("HUNTER_KEY", "Hunter API key", &["hunter_api", "hunter_io", "hunterio"], "[a-f0-9]{40}")
        .like(&[r#""hunter_api": "<40 hex>""#])
        .unlike(&[r#"it = "<40 hex>""#, r#""hunter_api_key": "<39 hex>""#]),
    named("SSLMATE_KEY", "SSLMate API key", &["sslmate"], "[0-9]{1,8}_[A-Za-z0-9]{20}")
        .checked(Check::Random)
        .like(&["sslmate_key='<4 digits>_<20 word>'"])
        .unlike(&[r#"it = "<4 digits>_<20 word>""#, "sslmate_key='<4 digits>_<19 word>'"]),
];
