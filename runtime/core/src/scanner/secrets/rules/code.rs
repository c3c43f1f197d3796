//! Code hosting, package registries, continuous integration.

use super::super::check::Check;
use super::super::rule::{Rule, alone, named, token};

pub(super) const RULES: &[Rule] = &[
    token(
        "GITHUB_TOKEN",
        "GitHub personal, OAuth, user, server or refresh token",
        concat!(
            "ghp_[A-Za-z0-9]{36}",
            "|gho_[A-Za-z0-9]{36}",
            "|ghu_[A-Za-z0-9]{36}",
            "|ghs_[A-Za-z0-9]{36}",
            "|ghr_[A-Za-z0-9]{36}",
            "|ghr_[A-Za-z0-9]{76}"
        ),
    )
    .checked(Check::Base62Crc)
    .like(&["ghp_<30 word><sum>", "ghr_<70 word><sum>"])
    .unlike(&["ghp_<35 word>", "xghp_<36 word>"]),
    // https://github.blog/changelog/2026-05-15-github-app-installation-tokens-per-request-override-header/
    token(
        "GITHUB_TOKEN",
        "GitHub server token that holds a JSON Web Token",
        "ghs_[0-9]{1,20}_eyJ[\\w-]{10,4000}\\.[\\w-]{10,4000}\\.[\\w-]{10,4000}",
    )
    .like(&["ghs_<7 digits>_eyJ<60 url>.<300 url>.<86 url>", "ghs_<1 digits>_eyJ<20 url>.<60 url>.<43 url>"])
    .unlike(&["ghs_<7 digits>_eyJ<60 url>.<300 url>.<9 url>", "ghs_<7 digits>_eyJ<60 url>.<300 url>"]),
    token(
        "GITHUB_FINE_GRAINED_TOKEN",
        "GitHub fine-grained personal token",
        "github_pat_[A-Za-z0-9]{22}_[A-Za-z0-9]{59}|github_pat_\\w{82}",
    )
    .like(&["github_pat_<22 word>_<59 word>", "github_pat_<82 word>"])
    .unlike(&["github_pat_<22 word>_<58 word>"]),
    named("GITHUB_TOKEN", "GitHub token of before 2021", &["github"], "[a-f0-9]{40}")
        .checked(Check::Random)
        .like(&["github_key='<40 hex>'"])
        .unlike(&[r#"it = "<40 hex>""#, "github_key='<39 hex>'"]),
    token(
        "GITLAB_TOKEN",
        "GitLab personal, deploy, feed, agent, runner and other tokens",
        concat!(
            "glpat-[A-Za-z0-9_-]{20,27}",
            "|gldt-[A-Za-z0-9_-]{20}",
            "|glft-[A-Za-z0-9_-]{20}",
            "|glsoat-[A-Za-z0-9_-]{20}",
            "|glrt-[A-Za-z0-9_-]{20,27}",
            "|glrtr-[A-Za-z0-9_-]{20,27}",
            "|glagent-[A-Za-z0-9_-]{50}",
            "|glimt-[A-Za-z0-9_-]{25}",
            "|glptt-[a-f0-9]{40}",
            "|glcbt-[A-Za-z0-9]{1,5}_[A-Za-z0-9_-]{20}",
            "|gloas-[A-Za-z0-9_-]{64}",
            "|glffct-[A-Za-z0-9_-]{20}",
            "|GR1348941[\\w-]{20}"
        ),
    )
    .like(&["glpat-<23 url>", "GR1348941<20 url>"])
    .unlike(&["glpat-<19 url>"]),
    token(
        "GITLAB_TOKEN",
        "GitLab routable token",
        concat!(
            "glpat-[A-Za-z0-9_-]{27,300}\\.[0-9a-z]{2}\\.[0-9a-z]{9}",
            "|glpat-[A-Za-z0-9_-]{27,300}\\.[0-9a-z]{9}",
            "|glrt-[A-Za-z0-9_-]{27,300}\\.[0-9a-z]{2}\\.[0-9a-z]{9}",
            "|glrt-[A-Za-z0-9_-]{27,300}\\.[0-9a-z]{9}",
            "|glcbt-[A-Za-z0-9_-]{27,300}\\.[0-9a-z]{2}\\.[0-9a-z]{9}",
            "|glcbt-[A-Za-z0-9_-]{27,300}\\.[0-9a-z]{9}",
            "|gldt-[A-Za-z0-9_-]{27,300}\\.[0-9a-z]{2}\\.[0-9a-z]{9}",
            "|gldt-[A-Za-z0-9_-]{27,300}\\.[0-9a-z]{9}",
            "|glptt-[A-Za-z0-9_-]{27,300}\\.[0-9a-z]{2}\\.[0-9a-z]{9}",
            "|glptt-[A-Za-z0-9_-]{27,300}\\.[0-9a-z]{9}",
            "|glft-[A-Za-z0-9_-]{27,300}\\.[0-9a-z]{2}\\.[0-9a-z]{9}",
            "|glft-[A-Za-z0-9_-]{27,300}\\.[0-9a-z]{9}"
        ),
    )
    .checked(Check::Base36Crc)
    .like(&["glpat-<27 url>.01.<2 lower><sum>", "glrt-<36 url>.<2 lower><sum>"])
    .unlike(&["glpat-<19 url>.01.<9 lower>"]),
    named("GITLAB_TOKEN", "GitLab session", &["_gitlab_session"], "[a-f0-9]{32}")
        .like(&["_gitlab_session_key='<32 hex>'"])
        .unlike(&[r#"it = "<32 hex>""#, "_gitlab_session_key='<31 hex>'"]),
    token("BITBUCKET_APP_PASSWORD", "Bitbucket app password", "ATBB[A-Za-z0-9_=\\.-]{32,400}")
        .like(&["ATBB<32 word>"])
        .unlike(&["ATBB<31 word>"]),
    named("BITBUCKET_CLIENT_ID", "Bitbucket client id", &["bitbucket"], "[A-Za-z0-9]{32}")
        .checked(Check::Random)
        .like(&[r#""bitbucket_key": "<32 word>""#])
        .unlike(&[r#"it = "<32 word>""#, r#""bitbucket_key": "<31 word>""#]),
    named("BITBUCKET_CLIENT_SECRET", "Bitbucket client secret", &["bitbucket"], "[A-Za-z0-9_-]{64}")
        .checked(Check::Random)
        .like(&["bitbucket_key='<64 url>'"])
        .unlike(&[r#"it = "<64 url>""#, "bitbucket_key='<63 url>'"]),
    token(
        "ATLASSIAN_TOKEN",
        "Atlassian API token",
        "ATATT3[A-Za-z0-9_=-]{60,400}|ATCTT3[A-Za-z0-9_=-]{60,400}",
    )
    .like(&["ATATT3<60 word>", "ATCTT3<60 word>"])
    .unlike(&["ATATT3<59 word>"]),
    named("ATLASSIAN_TOKEN", "Atlassian API token", &["atlassian", "confluence", "jira"], "[a-zA-Z0-9]{24}")
        .checked(Check::Random)
        .like(&[r#""atlassian_key": "<24 word>""#])
        .unlike(&[r#"it = "<24 word>""#, r#""atlassian_key": "<23 word>""#]),
    token("NPM_TOKEN", "npm access token", "npm_[A-Za-z0-9]{36}")
        .checked(Check::Base62Crc)
        .like(&["npm_<30 word><sum>"])
        .unlike(&["npm_<35 word>", "npm_config_<30 prose>"]),
    token("NPM_AUTH_TOKEN", "npm registry credential in .npmrc", "_authToken=(\\u)")
        .like(&["//registry.npmjs.org/:_authToken=<uuid>"])
        .unlike(&["_authToken=${NPM_TOKEN}", r#"it = "<uuid>""#]),
    token(
        "NPM_AUTH_TOKEN",
        "npm registry credential in .npmrc",
        "_authToken=([A-Za-z0-9+/_-]{20,2000}={0,2})",
    )
    .checked(Check::Random)
    .like(&["//registry.npmjs.org/:_authToken=<36 word>"])
    .unlike(&["_authToken=<36 prose>", "_authToken=<12 word>"]),
    token("NPM_AUTH_TOKEN", "npm registry password in .npmrc", "_password=([A-Za-z0-9+/]{8,2000}={0,2})")
        .checked(Check::Encoded)
        .like(&["//registry.npmjs.org/:_password=<text in base64>"])
        .unlike(&["new_password=<12 letters>", "?_password=mismatch"]),
    token(
        "PYPI_TOKEN",
        "PyPI upload token",
        concat!(
            "pypi-AgEIcHlwaS5vcmc[A-Za-z0-9_-]{50,1000}",
            "|pypi-AgENdGVzdC5weXBpLm9yZw[A-Za-z0-9_-]{50,1000}"
        ),
    )
    .like(&["pypi-AgEIcHlwaS5vcmc<50 url>", "pypi-AgENdGVzdC5weXBpLm9yZw<50 url>"])
    .unlike(&["pypi-AgEIcHlwaS5vcmc<49 url>"]),
    token("RUBYGEMS_TOKEN", "RubyGems API key", "rubygems_[a-f0-9]{48}")
        .like(&["rubygems_<48 hex>"])
        .unlike(&["rubygems_<47 hex>"]),
    alone("CRATES_IO_TOKEN", "crates.io API token", "cio[A-Za-z0-9]{32}")
        .checked(Check::Random)
        .like(&["cio<32 word>"])
        .unlike(&["cio<31 word>", "cio<32 prose>"]),
    token("CLOJARS_TOKEN", "Clojars deploy token", "CLOJARS_[a-z0-9]{60}|CLOJARS_[A-Za-z0-9]{60}")
        .like(&["CLOJARS_<60 lower>", "CLOJARS_<60 word>"])
        .unlike(&["CLOJARS_<59 lower>"]),
    token("NUGET_KEY", "NuGet API key", "oy2[a-z0-9]{43}")
        .like(&["oy2<43 lower>"])
        .unlike(&["oy2<42 lower>"]),
    token(
        "DOCKER_TOKEN",
        "Docker Hub personal or organization token",
        "dckr_pat_[A-Za-z0-9_-]{27,36}|dckr_oat_[A-Za-z0-9_-]{32,36}",
    )
    .like(&["dckr_pat_<31 url>", "dckr_oat_<34 url>"])
    .unlike(&["dckr_pat_<26 url>"]),
    token(
        "ARTIFACTORY_TOKEN",
        "JFrog Artifactory API key, reference token or password",
        "AKC[a-zA-Z0-9]{10,80}|cmVmdGtuO[A-Za-z0-9]{50,70}",
    )
    .like(&["AKC<10 word>", "cmVmdGtuO<60 word>"])
    .unlike(&["AKC<9 word>"]),
    alone("ARTIFACTORY_PASSWORD", "JFrog Artifactory encrypted password", "AP[0-9A-F][a-zA-Z0-9]{20,80}")
        .checked(Check::Random)
        .like(&["AP<1 HEX><50 word>"])
        .unlike(&["AP<1 HEX><19 word>", "AP<1 HEX><50 prose>"]),
    named("JFROG_API_KEY", "JFrog API key", &["jfrog", "artifactory", "bintray", "xray"], "[A-Za-z0-9]{73}")
        .checked(Check::Random)
        .like(&["jfrog_key='<73 word>'"])
        .unlike(&[r#"it = "<73 word>""#, "jfrog_key='<72 word>'"]),
    named(
        "JFROG_IDENTITY_TOKEN",
        "JFrog identity token",
        &["jfrog", "artifactory", "bintray", "xray"],
        "[A-Za-z0-9]{64}",
    )
    .checked(Check::Random)
    .like(&[r#"jfrog_key = "<64 word>""#])
    .unlike(&[r#"it = "<64 word>""#, r#"jfrog_key = "<63 word>""#]),
    named("CODECOV_TOKEN", "Codecov token", &["codecov"], "[a-z0-9]{32}|\\u")
        .checked(Check::Random)
        .like(&[r#""codecov_key": "<32 lower>""#, r#""codecov_key": "<uuid>""#])
        .unlike(&[r#"it = "<32 lower>""#, r#""codecov_key": "<31 lower>""#]),
    named(
        "DRONECI_TOKEN",
        "Drone CI token",
        &["droneci", "drone_ci", "drone_token", "drone"],
        "[a-z0-9]{32}",
    )
    .checked(Check::Random)
    .like(&["droneci_key='<32 lower>'"])
    .unlike(&[r#"it = "<32 lower>""#, "droneci_key='<31 lower>'"]),
    named("TRAVISCI_TOKEN", "Travis CI token", &["travis"], "[a-z0-9A-Z_-]{22}")
        .checked(Check::Random)
        .like(&[r#"travis_key = "<22 word>""#])
        .unlike(&[r#"it = "<22 word>""#, r#"travis_key = "<21 word>""#]),
    token(
        "CIRCLECI_TOKEN",
        "CircleCI token",
        "CCIPAT_[A-Za-z0-9]{22}_[a-f0-9]{40}|CCIPRJ_[A-Za-z0-9]{22}_[a-f0-9]{40}",
    )
    .like(&["CCIPAT_<22 word>_<40 hex>", "CCIPRJ_<22 word>_<40 hex>"])
    .unlike(&["CCIPAT_<22 word>_<39 hex>"]),
    named("CIRCLECI_TOKEN", "CircleCI token", &["circleci", "circle_token", "circle-token"], "[a-f0-9]{40}")
        .like(&["circleci_key='<40 hex>'"])
        .unlike(&[r#"it = "<40 hex>""#, "circleci_key='<39 hex>'"]),
    token(
        "BUILDKITE_TOKEN",
        "Buildkite token",
        concat!(
            "bkua_[a-f0-9]{40}",
            "|bkct_[A-Za-z0-9]{40,80}",
            "|bkaj_[A-Za-z0-9_\\.-]{36,400}",
            "|bkat_[A-Za-z0-9_-]{36,80}",
            "|bkpt_[A-Za-z0-9_-]{36,80}",
            "|bkps_[A-Za-z0-9_-]{36,80}"
        ),
    )
    .like(&["bkua_<40 hex>", "bkps_<58 url>"])
    .unlike(&["bkua_<39 hex>"]),
    token(
        "HARNESS_TOKEN",
        "Harness token",
        concat!(
            "pat\\.[A-Za-z0-9_-]{22}\\.[A-Za-z0-9]{24}\\.[A-Za-z0-9]{20}",
            "|sat\\.[A-Za-z0-9_-]{22}\\.[A-Za-z0-9]{24}\\.[A-Za-z0-9]{20}"
        ),
    )
    .like(&["pat.<22 url>.<24 word>.<20 word>", "sat.<22 url>.<24 word>.<20 word>"])
    .unlike(&["pat.<22 url>.<24 word>.<19 word>"]),
    alone("OCTOPUS_API_KEY", "Octopus Deploy API key", "API-[A-Z0-9]{26}")
        .checked(Check::Random)
        .like(&["API-<26 upper>"])
        .unlike(&["API-<25 upper>", "API-<26 prose>"]),
    token("BITBUCKET_SERVER_TOKEN", "Bitbucket Data Center access token", "BBDC-[A-Za-z0-9+/]{44}")
        .like(&["BBDC-<44 base64>"])
        .unlike(&["BBDC-<43 base64>"]),
    named(
        "GITEA_TOKEN",
        "Gitea, Forgejo or Codeberg token",
        &["gitea", "forgejo", "codeberg"],
        "[a-f0-9]{40}",
    )
    .like(&[r#""gitea_key": "<40 hex>""#])
    .unlike(&[r#"it = "<40 hex>""#, r#""gitea_key": "<39 hex>""#]),
    named("GITEE_TOKEN", "Gitee token", &["gitee"], "[a-f0-9]{32}")
        .like(&["gitee_key='<32 hex>'"])
        .unlike(&[r#"it = "<32 hex>""#, "gitee_key='<31 hex>'"]),
    named("CODACY_TOKEN", "Codacy token", &["codacy"], "[a-f0-9]{32}|[A-Za-z0-9]{20}")
        .checked(Check::Random)
        .like(&[r#"codacy_key = "<32 hex>""#, r#"codacy_key = "<20 word>""#])
        .unlike(&[r#"it = "<32 hex>""#, r#"codacy_key = "<31 hex>""#]),
    named(
        "CODECLIMATE_TOKEN",
        "Code Climate reporter id",
        &["codeclimate", "code_climate", "cc_test_reporter"],
        "[a-f0-9]{64}",
    )
    .like(&[r#""codeclimate_key": "<64 hex>""#])
    .unlike(&[r#"it = "<64 hex>""#, r#""codeclimate_key": "<63 hex>""#]),
    named("SEMGREP_TOKEN", "Semgrep token", &["semgrep"], "[a-f0-9]{64}")
        .like(&["semgrep_key='<64 hex>'"])
        .unlike(&[r#"it = "<64 hex>""#, "semgrep_key='<63 hex>'"]),
    token("OPENVSX_TOKEN", "Open VSX access token", "ovsxp_\\u|ovsxat_\\u")
        .like(&["ovsxp_<uuid>", "ovsxat_<uuid>"])
        .unlike(&["ovsxp_<8 hex>-<4 hex>-<4 hex>-<4 hex>-<11 hex>"]),
    named("CLOUDSMITH_KEY", "Cloudsmith API key", &["cloudsmith"], "[a-f0-9]{40}")
        .like(&[r#""cloudsmith_key": "<40 hex>""#])
        .unlike(&[r#"it = "<40 hex>""#, r#""cloudsmith_key": "<39 hex>""#]),
    named("PACKAGECLOUD_TOKEN", "packagecloud token", &["packagecloud", "package_cloud"], "[a-f0-9]{48}")
        .like(&["packagecloud_key='<48 hex>'"])
        .unlike(&[r#"it = "<48 hex>""#, "packagecloud_key='<47 hex>'"]),
];
