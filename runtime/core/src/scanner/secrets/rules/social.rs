//! Social networks, media and games.

use super::super::check::Check;
use super::super::rule::{Rule, alone, named, token};

pub(super) const RULES: &[Rule] = &[
    token(
        "FACEBOOK_TOKEN",
        "Facebook or Instagram access token",
        "EAA[A-Za-z0-9]{20,400}|IGQ[A-Za-z0-9_-]{60,300}",
    )
    .checked(Check::Random)
    .like(&["EAA<20 word>", "IGQ<60 url>"])
    .unlike(&["EAA<19 word>", "EAA<20 prose>"]),
    alone("FACEBOOK_APP_TOKEN", "Facebook app token", "[0-9]{15,16}\\|[A-Za-z0-9_-]{27,40}")
        .checked(Check::Random)
        .like(&["<15 digits>|<33 url>"])
        .unlike(&["<15 digits>|<26 url>", "<15 digits>|<33 prose>"]),
    named("FACEBOOK_SECRET", "Facebook app secret", &["facebook"], "[a-f0-9]{32}")
        .like(&["facebook_key='<32 hex>'"])
        .unlike(&[r#"it = "<32 hex>""#, "facebook_key='<31 hex>'"]),
    named("LINKEDIN_CLIENT_ID", "LinkedIn client id", &["linkedin", "linked-in"], "[a-z0-9]{14}")
        .checked(Check::Random)
        .like(&[r#"linkedin_key = "<14 lower>""#])
        .unlike(&[r#"it = "<14 lower>""#, r#"linkedin_key = "<13 lower>""#]),
    named("LINKEDIN_SECRET", "LinkedIn client secret", &["linkedin", "linked-in"], "[A-Za-z0-9]{16}")
        .checked(Check::Random)
        .like(&[r#""linkedin_key": "<16 word>""#])
        .unlike(&[r#"it = "<16 word>""#, r#""linkedin_key": "<15 word>""#]),
    named("TWITTER_API_KEY", "Twitter API key", &["twitter"], "[A-Za-z0-9]{25}")
        .checked(Check::Random)
        .like(&["twitter_key='<25 word>'"])
        .unlike(&[r#"it = "<25 word>""#, "twitter_key='<24 word>'"]),
    named("TWITTER_SECRET", "Twitter API or token secret", &["twitter"], "[A-Za-z0-9]{50}|[A-Za-z0-9]{45}")
        .checked(Check::Random)
        .like(&[r#"twitter_key = "<50 word>""#, r#"twitter_key = "<45 word>""#])
        .unlike(&[r#"it = "<50 word>""#, r#"twitter_key = "<49 word>""#]),
    named("TWITTER_ACCESS_TOKEN", "Twitter access token", &["twitter"], "[0-9]{15,25}-[A-Za-z0-9]{20,40}")
        .like(&[r#""twitter_key": "<20 digits>-<30 word>""#])
        .unlike(&[r#"it = "<20 digits>-<30 word>""#, r#""twitter_key": "<20 digits>-<19 word>""#]),
    token("TWITTER_BEARER_TOKEN", "Twitter bearer token", "AAAAAAAAAAAAAAAAAAAAA[A-Za-z0-9%]{80,100}")
        .like(&["AAAAAAAAAAAAAAAAAAAAA<89 word>"])
        .unlike(&["AAAAAAAAAAAAAAAAAAAAA<60 word>"]),
    named("TWITCH_TOKEN", "Twitch token", &["twitch"], "[a-z0-9]{30}")
        .checked(Check::Random)
        .like(&[r#"twitch_key = "<30 lower>""#])
        .unlike(&[r#"it = "<30 lower>""#, r#"twitch_key = "<29 lower>""#]),
    named("FLICKR_TOKEN", "Flickr token", &["flickr"], "[a-z0-9]{32}")
        .checked(Check::Random)
        .like(&[r#""flickr_key": "<32 lower>""#])
        .unlike(&[r#"it = "<32 lower>""#, r#""flickr_key": "<31 lower>""#]),
    named("SPOTIFY_SECRET", "Spotify client secret", &["spotify"], "[a-f0-9]{32}")
        .like(&["spotify_key='<32 hex>'"])
        .unlike(&[r#"it = "<32 hex>""#, "spotify_key='<31 hex>'"]),
    named("REDDIT_SECRET", "Reddit client secret", &["reddit"], "[A-Za-z0-9_-]{27,30}")
        .checked(Check::Random)
        .like(&[r#"reddit_key = "<28 url>""#])
        .unlike(&[r#"it = "<28 url>""#, r#"reddit_key = "<26 url>""#]),
    token(
        "PINTEREST_TOKEN",
        "Pinterest access or refresh token",
        "pina_[A-Za-z0-9]{60,250}|pinr\\.[A-Za-z0-9]{60,300}",
    )
    .like(&["pina_<60 word>", "pinr.<60 word>"])
    .unlike(&["pina_<59 word>"]),
    token("LICHESS_TOKEN", "Lichess token", "lip_[A-Za-z0-9]{20}|lio_[A-Za-z0-9]{32}")
        .checked(Check::Random)
        .like(&["lip_<20 word>", "lio_<32 word>"])
        .unlike(&["lip_<19 word>", "lip_<20 prose>"]),
    token("THUNDERSTORE_TOKEN", "Thunderstore token", "tss_[A-Za-z0-9]{36}")
        .like(&["tss_<36 word>"])
        .unlike(&["tss_<35 word>"]),
    token("RIOT_KEY", "Riot Games API key", "RGAPI-\\u")
        .like(&["RGAPI-<uuid>"])
        .unlike(&["RGAPI-<8 hex>-<4 hex>-<4 hex>-<4 hex>-<11 hex>"]),
    token("OCULUS_TOKEN", "Meta Quest application token", "OC\\|[0-9]{14,17}\\|[a-f0-9]{32}")
        .like(&["OC|<15 digits>|<32 hex>"])
        .unlike(&["OC|<15 digits>|<31 hex>"]),
    token(
        "ROBLOX_COOKIE",
        "Roblox session",
        "_\\|WARNING:-DO-NOT-SHARE-THIS[A-Za-z0-9 ,\\.-]{1,160}\\|_([A-F0-9]{100,2000})",
    )
    .like(&["_|WARNING:-DO-NOT-SHARE-THIS<1 word>|_<100 HEX>"])
    .unlike(&["_|WARNING:-DO-NOT-SHARE-THIS<1 word>|_<99 HEX>"]),
    token("CFX_KEY", "Cfx.re server key", "cfxk_[A-Za-z0-9]{20}_[A-Za-z0-9]{5,6}")
        .like(&["cfxk_<20 word>_<5 word>"])
        .unlike(&["cfxk_<20 word>_<4 word>"]),
    named("STEAM_KEY", "Steam Web API key", &["steam"], "[A-F0-9]{32}")
        .like(&["steam_key='<32 HEX>'"])
        .unlike(&[r#"it = "<32 HEX>""#, "steam_key='<31 HEX>'"]),
    named("TUMBLR_KEY", "Tumblr key", &["tumblr"], "[A-Za-z0-9]{50}")
        .checked(Check::Random)
        .like(&[r#"tumblr_key = "<50 word>""#])
        .unlike(&[r#"it = "<50 word>""#, r#"tumblr_key = "<49 word>""#]),
    named("STRAVA_SECRET", "Strava client secret or token", &["strava"], "[a-f0-9]{40}")
        .like(&[r#""strava_key": "<40 hex>""#])
        .unlike(&[r#"it = "<40 hex>""#, r#""strava_key": "<39 hex>""#]),
];
