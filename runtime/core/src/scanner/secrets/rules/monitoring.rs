//! Observability, analytics, tests, security data.

use super::super::check::Check;
use super::super::rule::{Rule, alone, named, token};

pub(super) const RULES: &[Rule] = &[
    named(
        "DATADOG_TOKEN",
        "Datadog API or application key",
        &["datadog", "dd_api", "dd_app"],
        "[a-f0-9]{40}|[a-f0-9]{32}|[a-z0-9]{40}",
    )
    .checked(Check::Random)
    .like(&[r#"datadog_key = "<40 hex>""#, r#"datadog_key = "<40 lower>""#])
    .unlike(&[r#"it = "<40 hex>""#, r#"datadog_key = "<39 hex>""#]),
    token(
        "DYNATRACE_TOKEN",
        "Dynatrace token",
        concat!(
            "dt0c01\\.[A-Za-z0-9]{24}\\.[A-Za-z0-9]{64}",
            "|dt0s01\\.[A-Za-z0-9]{24}\\.[A-Za-z0-9]{64}",
            "|dt0s02\\.[A-Za-z0-9]{24}\\.[A-Za-z0-9]{64}"
        ),
    )
    .like(&["dt0c01.<24 word>.<64 word>", "dt0s02.<24 word>.<64 word>"])
    .unlike(&["dt0c01.<24 word>.<63 word>"]),
    token("GRAFANA_CLOUD_TOKEN", "Grafana Cloud token", "glc_[A-Za-z0-9+/]{32,400}={0,3}")
        .like(&["glc_<32 base64>="])
        .unlike(&["glc_<31 base64>="]),
    token(
        "GRAFANA_SERVICE_ACCOUNT_TOKEN",
        "Grafana service account token",
        "glsa_[A-Za-z0-9]{32}_[A-Fa-f0-9]{8}",
    )
    .checked(Check::HexCrc)
    .like(&["glsa_<32 word>_<sum>"])
    .unlike(&["glsa_<31 word>_<8 hex>"]),
    token("GRAFANA_API_KEY", "Grafana API key of before 2022", "eyJrIjoi[A-Za-z0-9]{70,400}={0,3}")
        .like(&["eyJrIjoi<70 word>="])
        .unlike(&["eyJrIjoi<69 word>="]),
    token(
        "HONEYCOMB_KEY",
        "Honeycomb key",
        concat!(
            "hcaik_[a-z0-9]{58}",
            "|hcbik_[a-z0-9]{58}",
            "|hcaic_[a-z0-9]{58}",
            "|hcamk_[a-z0-9]{58}",
            "|hcalk_[a-z0-9]{58}"
        ),
    )
    .like(&["hcaik_<58 lower>", "hcalk_<58 lower>"])
    .unlike(&["hcaik_<57 lower>"]),
    named("HONEYCOMB_KEY", "Honeycomb key", &["honeycomb"], "[A-Za-z0-9]{22}|[a-f0-9]{32}")
        .checked(Check::Random)
        .like(&[r#"honeycomb_key = "<22 word>""#, r#"honeycomb_key = "<32 hex>""#])
        .unlike(&[r#"it = "<22 word>""#, r#"honeycomb_key = "<21 word>""#]),
    token("NEW_RELIC_USER_KEY", "New Relic user key", "NRAK-[A-Za-z0-9]{27}")
        .like(&["NRAK-<27 word>"])
        .unlike(&["NRAK-<26 word>"]),
    token("NEW_RELIC_BROWSER_KEY", "New Relic browser key", "NRJS-[a-f0-9]{19}")
        .like(&["NRJS-<19 hex>"])
        .unlike(&["NRJS-<18 hex>"]),
    token(
        "NEW_RELIC_INSIGHTS_KEY",
        "New Relic insert, query, infrastructure or license key",
        concat!(
            "NRII-[A-Za-z0-9_-]{32}",
            "|NRIQ-[A-Za-z0-9_-]{32}",
            "|NRRA-[a-f0-9]{42}",
            "|NRBR-[a-f0-9]{19}",
            "|[A-Fa-f0-9]{36}NRAL"
        ),
    )
    .like(&["NRII-<32 url>", "<36 hex>NRAL"])
    .unlike(&["NRII-<31 url>"]),
    named(
        "NEW_RELIC_USER_ID",
        "New Relic user API id",
        &["new-relic", "newrelic", "new_relic"],
        "[A-Za-z0-9]{64}",
    )
    .checked(Check::Random)
    .like(&[r#""new-relic_key": "<64 word>""#])
    .unlike(&[r#"it = "<64 word>""#, r#""new-relic_key": "<63 word>""#]),
    token(
        "SENTRY_TOKEN",
        "Sentry user or organization token",
        concat!(
            "sntrys_eyJ[A-Za-z0-9+/]{60,400}={0,2}_[A-Za-z0-9+/]{43}",
            "|sntryu_[a-f0-9]{64}",
            "|sntrya_[a-f0-9]{64}",
            "|sntryi_[a-f0-9]{64}"
        ),
    )
    .like(&["sntrys_eyJ<60 base64>=_<43 base64>", "sntryi_<64 hex>"])
    .unlike(&["sntrys_eyJ<60 base64>=_<42 base64>"]),
    named("SENTRY_TOKEN", "Sentry token", &["sentry"], "[a-f0-9]{64}")
        .like(&[r#"sentry_key = "<64 hex>""#])
        .unlike(&[r#"it = "<64 hex>""#, r#"sentry_key = "<63 hex>""#]),
    named("ROLLBAR_TOKEN", "Rollbar token", &["rollbar"], "[a-f0-9]{32}")
        .like(&[r#""rollbar_key": "<32 hex>""#])
        .unlike(&[r#"it = "<32 hex>""#, r#""rollbar_key": "<31 hex>""#]),
    named("BUGSNAG_KEY", "Bugsnag key", &["bugsnag"], "[a-f0-9]{32}")
        .like(&["bugsnag_key='<32 hex>'"])
        .unlike(&[r#"it = "<32 hex>""#, "bugsnag_key='<31 hex>'"]),
    named("LOGGLY_TOKEN", "Loggly token", &["loggly"], "\\u")
        .like(&[r#"loggly_key = "<uuid>""#])
        .unlike(&[r#"it = "<uuid>""#, r#"loggly_key = "<8 hex>-<4 hex>-<4 hex>-<4 hex>-<11 hex>""#]),
    named(
        "PAGERDUTY_TOKEN",
        "PagerDuty token",
        &["pagerduty", "pager_duty"],
        "[A-Za-z0-9_+-]{20}|[a-f0-9]{32}",
    )
    .checked(Check::Random)
    .like(&[r#""pagerduty_key": "<20 word>""#, r#""pagerduty_key": "<32 hex>""#])
    .unlike(&[r#"it = "<20 word>""#, r#""pagerduty_key": "<19 word>""#]),
    token("PAGERDUTY_TOKEN", "PagerDuty OAuth token", "pdus\\+_[A-Z0-9]{7}_\\u|pdeu\\+_[A-Z0-9]{7}_\\u")
        .like(&["pdus+_<7 upper>_<uuid>", "pdeu+_<7 upper>_<uuid>"])
        .unlike(&["pdus+_<7 upper>_<8 hex>-<4 hex>-<4 hex>-<4 hex>-<11 hex>"]),
    token("PAGERDUTY_TOKEN", "PagerDuty token", "y_NbAkKc[A-Za-z0-9_+-]{12}|u\\+[A-Za-z0-9_+-]{18}")
        .checked(Check::Random)
        .like(&["y_NbAkKc<12 word>", "u+<18 word>"])
        .unlike(&["y_NbAkKc<11 word>", "y_NbAkKc<12 prose>"]),
    named("OPSGENIE_KEY", "Opsgenie key", &["opsgenie"], "\\u")
        .like(&[r#""opsgenie_key": "<uuid>""#])
        .unlike(&[r#"it = "<uuid>""#, r#""opsgenie_key": "<8 hex>-<4 hex>-<4 hex>-<4 hex>-<11 hex>""#]),
    named("SUMOLOGIC_ACCESS_ID", "Sumo Logic access id", &["sumo"], "su[A-Za-z0-9]{12}")
        .checked(Check::Random)
        .like(&["sumo_key='su<12 word>'"])
        .unlike(&[r#"it = "su<12 word>""#, "sumo_key='su<11 word>'"]),
    named("SUMOLOGIC_ACCESS_KEY", "Sumo Logic access key", &["sumo"], "[A-Za-z0-9]{64}")
        .checked(Check::Random)
        .like(&[r#"sumo_key = "<64 word>""#])
        .unlike(&[r#"it = "<64 word>""#, r#"sumo_key = "<63 word>""#]),
    named("SPLUNK_TOKEN", "Splunk HTTP event collector token", &["splunk"], "\\u")
        .like(&[r#""splunk_key": "<uuid>""#])
        .unlike(&[r#"it = "<uuid>""#, r#""splunk_key": "<8 hex>-<4 hex>-<4 hex>-<4 hex>-<11 hex>""#]),
    named("ELASTIC_KEY", "Elastic API key", &["elastic"], "[A-Za-z0-9+/]{58}==")
        .like(&["elastic_key='<58 base64>=='"])
        .unlike(&[r#"it = "<58 base64>==""#, "elastic_key='<57 base64>=='"]),
    token(
        "POSTHOG_KEY",
        "PostHog personal, OAuth or feature flag key",
        concat!(
            "phx_[A-Za-z0-9]{40,50}",
            "|phs_[A-Za-z0-9]{40,50}",
            "|pha_[A-Za-z0-9]{40,50}",
            "|phr_[A-Za-z0-9]{40,50}"
        ),
    )
    .like(&["phx_<45 word>", "phr_<45 word>"])
    .unlike(&["phx_<39 word>"]),
    named("AMPLITUDE_KEY", "Amplitude key", &["amplitude"], "[a-f0-9]{32}")
        .like(&[r#""amplitude_key": "<32 hex>""#])
        .unlike(&[r#"it = "<32 hex>""#, r#""amplitude_key": "<31 hex>""#]),
    named("MIXPANEL_SECRET", "Mixpanel secret", &["mixpanel"], "[a-f0-9]{32}")
        .like(&["mixpanel_key='<32 hex>'"])
        .unlike(&[r#"it = "<32 hex>""#, "mixpanel_key='<31 hex>'"]),
    named("SEGMENT_KEY", "Segment write key", &["segment"], "[A-Za-z0-9]{32}")
        .checked(Check::Random)
        .like(&[r#"segment_key = "<32 word>""#])
        .unlike(&[r#"it = "<32 word>""#, r#"segment_key = "<31 word>""#]),
    token("SEGMENT_TOKEN", "Segment public API token", "sgp_[A-Za-z0-9]{64}")
        .like(&["sgp_<64 word>"])
        .unlike(&["sgp_<63 word>"]),
    token("PERCY_TOKEN", "Percy token", "web_[a-f0-9]{64}|app_[a-f0-9]{64}|auto_[a-f0-9]{64}")
        .like(&["web_<64 hex>", "auto_<64 hex>"])
        .unlike(&["web_<63 hex>"]),
    token("LAMBDATEST_KEY", "LambdaTest key", "LT_[A-Za-z0-9]{48}")
        .like(&["LT_<48 word>"])
        .unlike(&["LT_<47 word>"]),
    named("BROWSERSTACK_KEY", "BrowserStack key", &["browserstack"], "[A-Za-z0-9]{20}")
        .checked(Check::Random)
        .like(&[r#""browserstack_key": "<20 word>""#])
        .unlike(&[r#"it = "<20 word>""#, r#""browserstack_key": "<19 word>""#]),
    named("SHODAN_KEY", "Shodan key", &["shodan"], "[A-Za-z0-9]{32}")
        .checked(Check::Random)
        .like(&["shodan_key='<32 word>'"])
        .unlike(&[r#"it = "<32 word>""#, "shodan_key='<31 word>'"]),
    named("VIRUSTOTAL_KEY", "VirusTotal key", &["virustotal", "vt_api"], "[a-f0-9]{64}")
        .like(&[r#"virustotal_key = "<64 hex>""#])
        .unlike(&[r#"it = "<64 hex>""#, r#"virustotal_key = "<63 hex>""#]),
    named("CENSYS_SECRET", "Censys secret", &["censys"], "[A-Za-z0-9]{32}")
        .checked(Check::Random)
        .like(&[r#""censys_key": "<32 word>""#])
        .unlike(&[r#"it = "<32 word>""#, r#""censys_key": "<31 word>""#]),
    token("ROOTLY_KEY", "Rootly key", "rootly_[a-f0-9]{64}")
        .like(&["rootly_<64 hex>"])
        .unlike(&["rootly_<63 hex>"]),
    token("AXIOM_TOKEN", "Axiom API or personal token", "xaat-\\u|xapt-\\u")
        .like(&["xaat-<uuid>", "xapt-<uuid>"])
        .unlike(&["xaat-<8 hex>-<4 hex>-<4 hex>-<4 hex>-<11 hex>"]),
    token(
        "LOGICMONITOR_TOKEN",
        "LogicMonitor access key or bearer token",
        "lmb_[A-Za-z0-9_=+/-]{50,250}|lma_[A-Za-z0-9_=+/\\^\\[\\]\\{\\}\\(\\)~!@#%&\\*-]{40,120}",
    )
    .like(&["lmb_<50 word>", "lma_<80 word>"])
    .unlike(&["lmb_<49 word>"]),
    alone("UPTIMEROBOT_KEY", "UptimeRobot key", "u[0-9]{5,9}-[a-f0-9]{24}|m[0-9]{8,10}-[a-f0-9]{24}")
        .like(&["u<7 digits>-<24 hex>", "m<9 digits>-<24 hex>"])
        .unlike(&["u<7 digits>-<23 hex>"]),
    token("UBIDOTS_TOKEN", "Ubidots token", "BBFF-[A-Za-z0-9]{30}|BBUS-[A-Za-z0-9]{30}")
        .like(&["BBFF-<30 word>", "BBUS-<30 word>"])
        .unlike(&["BBFF-<29 word>"]),
    named("SAUCE_LABS_KEY", "Sauce Labs access key", &["saucelabs", "sauce_labs", "sauce_access"], "\\u")
        .like(&[r#""saucelabs_key": "<uuid>""#])
        .unlike(&[r#"it = "<uuid>""#, r#""saucelabs_key": "<8 hex>-<4 hex>-<4 hex>-<4 hex>-<11 hex>""#]),
    named("LOGZIO_TOKEN", "Logz.io token", &["logzio", "logz_io"], "[A-Za-z0-9]{32}|\\u")
        .checked(Check::Random)
        .like(&["logzio_key='<32 word>'", "logzio_key='<uuid>'"])
        .unlike(&[r#"it = "<32 word>""#, "logzio_key='<31 word>'"]),
    named("ABUSEIPDB_KEY", "AbuseIPDB key", &["abuseipdb"], "[a-f0-9]{80}")
        .like(&[r#"abuseipdb_key = "<80 hex>""#])
        .unlike(&[r#"it = "<80 hex>""#, r#"abuseipdb_key = "<79 hex>""#]),
    named("URLSCAN_KEY", "urlscan key", &["urlscan"], "\\u")
        .like(&[r#""urlscan_key": "<uuid>""#])
        .unlike(&[r#"it = "<uuid>""#, r#""urlscan_key": "<8 hex>-<4 hex>-<4 hex>-<4 hex>-<11 hex>""#]),
    named(
        "SECURITYTRAILS_KEY",
        "SecurityTrails key",
        &["securitytrails", "security_trails"],
        "[A-Za-z0-9]{32}",
    )
    .checked(Check::Random)
    .like(&["securitytrails_key='<32 word>'"])
    .unlike(&[r#"it = "<32 word>""#, "securitytrails_key='<31 word>'"]),
];
