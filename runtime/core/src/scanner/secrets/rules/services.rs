//! Observability, identity, marketing, data and other services.

use super::super::check::Check;
use super::super::rule::{Rule, alone, named, token};

pub(super) const RULES: &[Rule] = &[
    named("ADAFRUIT_KEY", "Adafruit key", &["adafruit"], "[a-z0-9_-]{32}").checked(Check::Random),
    token("ADAFRUIT_KEY", "Adafruit IO key", "aio_[A-Za-z0-9]{28}"),
    token("ADOBE_CLIENT_SECRET", "Adobe client secret", "p8e-[A-Za-z0-9]{32}"),
    named("ADOBE_CLIENT_ID", "Adobe client id", &["adobe"], "[a-f0-9]{32}"),
    token("AGE_SECRET_KEY", "age identity", "AGE-SECRET-KEY-1[QPZRY9X8GF2TVDW0S3JN54KHCE6MUA7L]{58}")
        .checked(Check::Bech32),
    alone("AIRTABLE_TOKEN", "Airtable personal token", "pat[A-Za-z0-9]{14}\\.[a-f0-9]{64}"),
    named("AIRTABLE_KEY", "Airtable API key", &["airtable"], "[A-Za-z0-9]{17}").checked(Check::Random),
    named("ALGOLIA_KEY", "Algolia API key", &["algolia"], "[a-z0-9]{32}").checked(Check::Random),
    token(
        "AUTHRESS_KEY",
        "Authress access key",
        "sc_[a-z0-9]{5,30}\\.[a-z0-9]{4,6}\\.acc[_-][a-z0-9-]{10,32}\\.[A-Za-z0-9+/_=-]{30,120}|ext_[a-z0-9]{5,30}\\.[a-z0-9]{4,6}\\.acc[_-][a-z0-9-]{10,32}\\.[A-Za-z0-9+/_=-]{30,120}|scauth_[a-z0-9]{5,30}\\.[a-z0-9]{4,6}\\.acc[_-][a-z0-9-]{10,32}\\.[A-Za-z0-9+/_=-]{30,120}|authress_[a-z0-9]{5,30}\\.[a-z0-9]{4,6}\\.acc[_-][a-z0-9-]{10,32}\\.[A-Za-z0-9+/_=-]{30,120}",
    ),
    named("AUTH0_SECRET", "Auth0 client secret", &["auth0"], "[A-Za-z0-9_-]{64}").checked(Check::Random),
    named("OKTA_TOKEN", "Okta token", &["okta"], "00[A-Za-z0-9_-]{40}|[A-Za-z0-9_-]{42}")
        .checked(Check::Random),
    named("ONELOGIN_SECRET", "OneLogin client secret", &["onelogin"], "[a-f0-9]{64}"),
    token("ONEPASSWORD_TOKEN", "1Password service account token", "ops_eyJ[A-Za-z0-9+/]{100,}={0,3}"),
    token(
        "ONEPASSWORD_SECRET_KEY",
        "1Password secret key",
        "A3-[A-Z0-9]{6}-[A-Z0-9]{6}-[A-Z0-9]{5}-[A-Z0-9]{5}-[A-Z0-9]{5}-[A-Z0-9]{5}|A3-[A-Z0-9]{6}-[A-Z0-9]{11}-[A-Z0-9]{5}-[A-Z0-9]{5}-[A-Z0-9]{5}",
    ),
    alone("BEAMER_TOKEN", "Beamer API token", "b_[A-Za-z0-9=_-]{44}").checked(Check::Random),
    token("CLERK_KEY", "Clerk secret key", "sk_live_[A-Za-z0-9]{40,60}"),
    token("STYTCH_SECRET", "Stytch secret", "secret-live-[A-Za-z0-9_=-]{36}|secret-test-[A-Za-z0-9_=-]{36}"),
    token("WORKOS_KEY", "WorkOS API key", "sk_[A-Za-z0-9]{60,90}").checked(Check::Random),
    named(
        "DATADOG_TOKEN",
        "Datadog API or application key",
        &["datadog", "dd_api", "dd_app"],
        "[a-f0-9]{40}|[a-f0-9]{32}|[a-z0-9]{40}",
    )
    .checked(Check::Random),
    token(
        "DYNATRACE_TOKEN",
        "Dynatrace token",
        "dt0c01\\.[A-Za-z0-9]{24}\\.[A-Za-z0-9]{64}|dt0s01\\.[A-Za-z0-9]{24}\\.[A-Za-z0-9]{64}|dt0s02\\.[A-Za-z0-9]{24}\\.[A-Za-z0-9]{64}",
    ),
    token("GRAFANA_CLOUD_TOKEN", "Grafana Cloud token", "glc_[A-Za-z0-9+/]{32,400}={0,3}"),
    token(
        "GRAFANA_SERVICE_ACCOUNT_TOKEN",
        "Grafana service account token",
        "glsa_[A-Za-z0-9]{32}_[A-Fa-f0-9]{8}",
    )
    .checked(Check::HexCrc),
    token("GRAFANA_API_KEY", "Grafana API key of before 2022", "eyJrIjoi[A-Za-z0-9]{70,400}={0,3}"),
    token(
        "HONEYCOMB_KEY",
        "Honeycomb key",
        "hcaik_[a-z0-9]{58}|hcbik_[a-z0-9]{58}|hcaic_[a-z0-9]{58}|hcamk_[a-z0-9]{58}|hcalk_[a-z0-9]{58}",
    ),
    named("HONEYCOMB_KEY", "Honeycomb key", &["honeycomb"], "[A-Za-z0-9]{22}|[a-f0-9]{32}")
        .checked(Check::Random),
    token("NEW_RELIC_USER_KEY", "New Relic user key", "NRAK-[A-Za-z0-9]{27}"),
    token("NEW_RELIC_BROWSER_KEY", "New Relic browser key", "NRJS-[a-f0-9]{19}"),
    token(
        "NEW_RELIC_INSIGHTS_KEY",
        "New Relic insert, query, infrastructure or license key",
        "NRII-[A-Za-z0-9_-]{32}|NRIQ-[A-Za-z0-9_-]{32}|NRRA-[a-f0-9]{42}|NRBR-[a-f0-9]{19}|[A-Fa-f0-9]{36}NRAL",
    ),
    named(
        "NEW_RELIC_USER_ID",
        "New Relic user API id",
        &["new-relic", "newrelic", "new_relic"],
        "[A-Za-z0-9]{64}",
    )
    .checked(Check::Random),
    token(
        "SENTRY_TOKEN",
        "Sentry user or organization token",
        "sntrys_eyJ[A-Za-z0-9+/]{60,400}={0,2}_[A-Za-z0-9+/]{43}|sntryu_[a-f0-9]{64}|sntrya_[a-f0-9]{64}|sntryi_[a-f0-9]{64}",
    ),
    named("SENTRY_TOKEN", "Sentry token", &["sentry"], "[a-f0-9]{64}"),
    named("ROLLBAR_TOKEN", "Rollbar token", &["rollbar"], "[a-f0-9]{32}"),
    named("BUGSNAG_KEY", "Bugsnag key", &["bugsnag"], "[a-f0-9]{32}"),
    named(
        "LOGGLY_TOKEN",
        "Loggly token",
        &["loggly"],
        "[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}",
    ),
    named(
        "PAGERDUTY_TOKEN",
        "PagerDuty token",
        &["pagerduty", "pager_duty"],
        "[A-Za-z0-9_+-]{20}|[a-f0-9]{32}",
    )
    .checked(Check::Random),
    token("PAGERDUTY_TOKEN", "PagerDuty token", "y_NbAkKc[A-Za-z0-9_+-]{12}|u\\+[A-Za-z0-9_+-]{18}")
        .checked(Check::Random),
    named(
        "OPSGENIE_KEY",
        "Opsgenie key",
        &["opsgenie"],
        "[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}",
    ),
    named("SUMOLOGIC_ACCESS_ID", "Sumo Logic access id", &["sumo"], "su[A-Za-z0-9]{12}")
        .checked(Check::Random),
    named("SUMOLOGIC_ACCESS_KEY", "Sumo Logic access key", &["sumo"], "[A-Za-z0-9]{64}")
        .checked(Check::Random),
    named(
        "SPLUNK_TOKEN",
        "Splunk HTTP event collector token",
        &["splunk"],
        "[0-9A-Fa-f]{8}-[0-9A-Fa-f]{4}-[0-9A-Fa-f]{4}-[0-9A-Fa-f]{4}-[0-9A-Fa-f]{12}",
    ),
    named("ELASTIC_KEY", "Elastic API key", &["elastic"], "[A-Za-z0-9+/]{58}=="),
    token(
        "POSTHOG_KEY",
        "PostHog personal or feature flag key",
        "phx_[A-Za-z0-9]{40,50}|phs_[A-Za-z0-9]{40,50}",
    ),
    named("AMPLITUDE_KEY", "Amplitude key", &["amplitude"], "[a-f0-9]{32}"),
    named("MIXPANEL_SECRET", "Mixpanel secret", &["mixpanel"], "[a-f0-9]{32}"),
    named("SEGMENT_KEY", "Segment write key", &["segment"], "[A-Za-z0-9]{32}").checked(Check::Random),
    token("SEGMENT_TOKEN", "Segment public API token", "sgp_[A-Za-z0-9]{64}"),
    token(
        "HUBSPOT_TOKEN",
        "HubSpot private app token",
        "pat-na1-[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}|pat-eu1-[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}",
    ),
    named(
        "HUBSPOT_KEY",
        "HubSpot API key",
        &["hubspot"],
        "[0-9A-Fa-f]{8}-[0-9A-Fa-f]{4}-[0-9A-Fa-f]{4}-[0-9A-Fa-f]{4}-[0-9A-Fa-f]{12}",
    ),
    named("INTERCOM_KEY", "Intercom key", &["intercom"], "[A-Za-z0-9_-]{60}").checked(Check::Random),
    token("INTERCOM_KEY", "Intercom access token", "dG9rO[A-Za-z0-9+/]{54,60}="),
    named("ZENDESK_SECRET", "Zendesk secret key", &["zendesk"], "[A-Za-z0-9]{40}").checked(Check::Random),
    named("FRESHDESK_KEY", "Freshdesk key", &["freshdesk", "freshservice"], "[A-Za-z0-9]{20}")
        .checked(Check::Random),
    token(
        "TYPEFORM_TOKEN",
        "Typeform token",
        "tfp_[A-Za-z0-9_-]{40}[A-Za-z0-9_-]{0,6}\\.?[A-Za-z0-9_=-]{0,19}",
    ),
    token("KLAVIYO_KEY", "Klaviyo private key", "pk_[a-f0-9]{34}"),
    token(
        "SALESFORCE_TOKEN",
        "Salesforce session id or refresh token",
        "00D[A-Za-z0-9]{12,15}![A-Za-z0-9_\\.]{80,130}|5Aep861[A-Za-z0-9_\\.]{70,90}",
    ),
    named("ZOHO_SECRET", "Zoho client secret", &["zoho"], "[a-f0-9]{42}"),
    token("ZOHO_TOKEN", "Zoho token", "1000\\.[a-f0-9]{32}\\.[a-f0-9]{32}"),
    token(
        "MAPBOX_TOKEN",
        "Mapbox token",
        "pk\\.[A-Za-z0-9]{60}\\.[A-Za-z0-9]{22}|pk\\.[A-Za-z0-9_-]{60,120}\\.[A-Za-z0-9_-]{20,24}|sk\\.[A-Za-z0-9_-]{60,120}\\.[A-Za-z0-9_-]{20,24}|tk\\.[A-Za-z0-9_-]{60,120}\\.[A-Za-z0-9_-]{20,24}",
    ),
    named(
        "NYTIMES_TOKEN",
        "New York Times token",
        &["nytimes", "new-york-times", "newyorktimes"],
        "[A-Za-z0-9_-]{32}",
    )
    .checked(Check::Random),
    named("RAPIDAPI_TOKEN", "RapidAPI token", &["rapidapi"], "[A-Za-z0-9_-]{50}").checked(Check::Random),
    token("FRAMEIO_TOKEN", "Frame.io token", "fio-u-[A-Za-z0-9_=-]{64}"),
    token("PERCY_TOKEN", "Percy token", "web_[a-f0-9]{64}|app_[a-f0-9]{64}|auto_[a-f0-9]{64}"),
    token("LAMBDATEST_KEY", "LambdaTest key", "LT_[A-Za-z0-9]{48}"),
    named("BROWSERSTACK_KEY", "BrowserStack key", &["browserstack"], "[A-Za-z0-9]{20}")
        .checked(Check::Random),
    named("OPENWEATHER_KEY", "OpenWeather key", &["openweather"], "[a-f0-9]{32}"),
    named(
        "IPSTACK_KEY",
        "ipstack, fixer or similar key",
        &["ipstack", "fixer", "currencylayer"],
        "[a-f0-9]{32}",
    ),
    named("SHODAN_KEY", "Shodan key", &["shodan"], "[A-Za-z0-9]{32}").checked(Check::Random),
    named("VIRUSTOTAL_KEY", "VirusTotal key", &["virustotal", "vt_api"], "[a-f0-9]{64}"),
    named("CENSYS_SECRET", "Censys secret", &["censys"], "[A-Za-z0-9]{32}").checked(Check::Random),
    named("VIMEO_TOKEN", "Vimeo token", &["vimeo"], "[a-f0-9]{32}"),
    named("UNSPLASH_KEY", "Unsplash key", &["unsplash"], "[A-Za-z0-9_-]{43}").checked(Check::Random),
    named("TRELLO_KEY", "Trello key", &["trello"], "[a-f0-9]{64}|[a-f0-9]{32}"),
    token("TRELLO_TOKEN", "Trello token", "ATTA[a-f0-9]{64}[A-F0-9]{8}"),
    token("PIPEDREAM_KEY", "Pipedream key", "pd_[a-f0-9]{32}"),
    token("RAMP_TOKEN", "Ramp token", "ramp_id_[A-Za-z0-9]{40}|ramp_sec_[A-Za-z0-9]{48}"),
    token(
        "PERSONA_KEY",
        "Persona key",
        "persona_production_[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}|persona_sandbox_[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}",
    ),
    token("ROOTLY_KEY", "Rootly key", "rootly_[a-f0-9]{64}"),
    token(
        "WAKATIME_KEY",
        "WakaTime key",
        "waka_[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}",
    ),
    alone("SANITY_TOKEN", "Sanity token", "sk[A-Za-z0-9]{80,180}").checked(Check::Random),
    token(
        "JWT",
        "JSON Web Token",
        "eyJ[\\w=-]{5,}\\.[\\w=-]{4,}\\.?[\\w+/=-]{0,}\\.?[\\w=-]{0,}\\.?[\\w=-]{0,}",
    )
    .checked(Check::Jwt),
    token("JWT_BASE64", "JSON Web Token, once more in base64", "ZXlK[A-Za-z0-9+/]{60,}={0,2}")
        .checked(Check::EncodedJwt),
    token("APIFY_TOKEN", "Apify API token", "apify_api_[A-Za-z0-9]{34,38}"),
    token(
        "AXIOM_TOKEN",
        "Axiom API or personal token",
        "xaat-[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}|xapt-[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}",
    ),
    token("ZUPLO_API_KEY", "API key made by Zuplo", "zpka_[a-f0-9]{32}_[a-f0-9]{8}"),
    token("N8N_API_KEY", "n8n API key", "n8n_api_[a-f0-9]{40,100}"),
    token(
        "DBT_TOKEN",
        "dbt service or personal token",
        "dbtc_[A-Za-z0-9_-]{36,64}|dbtu_[A-Za-z0-9_-]{36,64}",
    )
    .checked(Check::Random),
];
