//! Chat, mail, telephony, social networks.

use super::super::check::Check;
use super::super::rule::{Rule, alone, named, token};

pub(super) const RULES: &[Rule] = &[
    token(
        "SLACK_TOKEN",
        "Slack bot, user, app, workspace or refresh token",
        "xoxb-[0-9]{10,13}-[0-9]{10,13}-[A-Za-z0-9]{20,34}|xoxb-[0-9]{8,14}-[A-Za-z0-9]{18,26}|xoxp-[0-9]{10,13}-[0-9]{10,13}-[0-9]{10,13}-[A-Za-z0-9]{28,34}|xoxp-[0-9]{10,13}-[0-9]{10,13}-[A-Za-z0-9]{28,34}|xoxe-[0-9]{1}-[A-Za-z0-9]{140,180}|xoxe-[0-9]{10,13}-[0-9]{10,13}-[0-9]{10,13}-[A-Za-z0-9]{28,34}|xoxe\\.xoxb-[0-9]{1}-[A-Za-z0-9]{140,180}|xoxe\\.xoxp-[0-9]{1}-[A-Za-z0-9]{140,180}|xoxa-[0-9A-Za-z]{1,14}-[A-Za-z0-9-]{8,80}|xoxr-[0-9A-Za-z]{1,14}-[A-Za-z0-9-]{8,80}|xoxo-[0-9]{1,13}-[A-Za-z0-9-]{8,80}|xoxs-[0-9]{1,13}-[A-Za-z0-9-]{8,80}|xoxb-[A-Za-z0-9]{1,14}-[A-Za-z0-9-]{8,80}|xoxp-[A-Za-z0-9]{1,14}-[A-Za-z0-9-]{8,80}|xapp-[0-9]{1}-[A-Z0-9]{8,14}-[0-9]{8,14}-[A-Za-z0-9]{30,80}",
    ),
    token(
        "SLACK_WEBHOOK",
        "Slack webhook",
        "https://hooks\\.slack\\.com/services/([A-Za-z0-9+/]{43,56})|https://hooks\\.slack\\.com/workflows/([A-Za-z0-9+/]{43,56})|https://hooks\\.slack\\.com/triggers/([A-Za-z0-9+/]{43,60})",
    ),
    token(
        "MICROSOFT_TEAMS_WEBHOOK",
        "Microsoft Teams webhook",
        "webhook\\.office\\.com/webhookb2/([A-Za-z0-9@-]{70,80}/IncomingWebhook/[a-z0-9]{32}/[a-z0-9-]{36})",
    ),
    token(
        "DISCORD_WEBHOOK",
        "Discord webhook",
        "discord\\.com/api/webhooks/([0-9]{17,20}/[\\w-]{60,72})|discordapp\\.com/api/webhooks/([0-9]{17,20}/[\\w-]{60,72})",
    ),
    alone(
        "DISCORD_BOT_TOKEN",
        "Discord bot token",
        "M[A-Za-z0-9]{23,27}\\.[\\w-]{6}\\.[\\w-]{27,45}|N[A-Za-z0-9]{23,27}\\.[\\w-]{6}\\.[\\w-]{27,45}|O[A-Za-z0-9]{23,27}\\.[\\w-]{6}\\.[\\w-]{27,45}",
    ),
    named("DISCORD_TOKEN", "Discord API key", &["discord"], "[a-f0-9]{64}"),
    named("DISCORD_CLIENT_SECRET", "Discord client secret", &["discord"], "[A-Za-z0-9_-]{32}")
        .checked(Check::Random),
    named("DISCORD_CLIENT_ID", "Discord client id", &["discord"], "[0-9]{18}"),
    token("TELEGRAM_BOT_TOKEN", "Telegram bot token", "[0-9]{5,16}:A[A-Za-z0-9_-]{34}")
        .checked(Check::Random),
    alone("TWILIO_KEY", "Twilio account or API key id", "SK[0-9a-f]{32}|AC[0-9a-f]{32}"),
    named("TWILIO_AUTH_TOKEN", "Twilio auth token", &["twilio"], "[0-9a-f]{32}"),
    token(
        "SENDGRID_KEY",
        "SendGrid API key",
        "SG\\.[A-Za-z0-9_=-]{16,32}\\.[A-Za-z0-9_=-]{16,64}|SG\\.[A-Za-z0-9=_\\.-]{66}",
    ),
    token("MAILGUN_KEY", "Mailgun private or public key", "key-[a-f0-9]{32}|pubkey-[a-f0-9]{32}"),
    alone("MAILGUN_KEY", "Mailgun signing key", "[a-h0-9]{32}-[a-h0-9]{8}-[a-h0-9]{8}"),
    named(
        "MAILGUN_KEY",
        "Mailgun key",
        &["mailgun"],
        "key-[a-f0-9]{32}|pubkey-[a-f0-9]{32}|[a-h0-9]{32}-[a-h0-9]{8}-[a-h0-9]{8}",
    ),
    token("MAILCHIMP_KEY", "Mailchimp API key", "[0-9a-f]{32}-us[0-9]{1,2}"),
    alone("MANDRILL_KEY", "Mailchimp Transactional key", "md-[A-Za-z0-9_-]{22}").checked(Check::Random),
    token(
        "BREVO_KEY",
        "Brevo (Sendinblue) API key",
        "xkeysib-[a-f0-9]{64}-[A-Za-z0-9]{16}|xsmtpsib-[a-f0-9]{64}-[A-Za-z0-9]{16}",
    ),
    alone("RESEND_KEY", "Resend API key", "re_[A-Za-z0-9]{8}_[A-Za-z0-9]{24}"),
    named(
        "POSTMARK_TOKEN",
        "Postmark server token",
        &["postmark"],
        "[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}",
    ),
    named(
        "MESSAGEBIRD_TOKEN",
        "MessageBird token",
        &["messagebird", "message-bird", "message_bird"],
        "[a-z0-9]{25}|[A-Za-z0-9]{25}",
    )
    .checked(Check::Random),
    named(
        "MESSAGEBIRD_CLIENT_ID",
        "MessageBird client id",
        &["messagebird", "message-bird", "message_bird"],
        "[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}",
    ),
    named("MATTERMOST_TOKEN", "Mattermost token", &["mattermost"], "[a-z0-9]{26}").checked(Check::Random),
    named("GITTER_TOKEN", "Gitter token", &["gitter"], "[A-Za-z0-9_-]{40}").checked(Check::Random),
    named("SENDBIRD_TOKEN", "Sendbird access token", &["sendbird"], "[a-f0-9]{40}"),
    named(
        "SENDBIRD_ID",
        "Sendbird application id",
        &["sendbird"],
        "[0-9A-Fa-f]{8}-[0-9A-Fa-f]{4}-[0-9A-Fa-f]{4}-[0-9A-Fa-f]{4}-[0-9A-Fa-f]{12}",
    ),
    named("NEXMO_SECRET", "Vonage secret", &["nexmo", "vonage"], "[A-Za-z0-9]{16}").checked(Check::Random),
    named("PLIVO_TOKEN", "Plivo token", &["plivo"], "[A-Za-z0-9_-]{40}").checked(Check::Random),
    named("PUSHER_SECRET", "Pusher secret", &["pusher"], "[a-f0-9]{20}"),
    token(
        "PUBNUB_KEY",
        "PubNub key",
        "sub-c-[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}|pub-c-[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}|sec-c-[A-Za-z0-9]{48}",
    ),
    token(
        "FACEBOOK_TOKEN",
        "Facebook or Instagram access token",
        "EAA[A-Za-z0-9]{20,400}|IGQ[A-Za-z0-9_-]{60,300}",
    )
    .checked(Check::Random),
    alone("FACEBOOK_APP_TOKEN", "Facebook app token", "[0-9]{15,16}\\|[A-Za-z0-9_-]{27,40}")
        .checked(Check::Random),
    named("FACEBOOK_SECRET", "Facebook app secret", &["facebook"], "[a-f0-9]{32}"),
    named("LINKEDIN_CLIENT_ID", "LinkedIn client id", &["linkedin", "linked-in"], "[a-z0-9]{14}")
        .checked(Check::Random),
    named("LINKEDIN_SECRET", "LinkedIn client secret", &["linkedin", "linked-in"], "[A-Za-z0-9]{16}")
        .checked(Check::Random),
    named("TWITTER_API_KEY", "Twitter API key", &["twitter"], "[A-Za-z0-9]{25}").checked(Check::Random),
    named("TWITTER_SECRET", "Twitter API or token secret", &["twitter"], "[A-Za-z0-9]{50}|[A-Za-z0-9]{45}")
        .checked(Check::Random),
    named("TWITTER_ACCESS_TOKEN", "Twitter access token", &["twitter"], "[0-9]{15,25}-[A-Za-z0-9]{20,40}"),
    token("TWITTER_BEARER_TOKEN", "Twitter bearer token", "AAAAAAAAAAAAAAAAAAAAA[A-Za-z0-9%]{80,100}"),
    named("TWITCH_TOKEN", "Twitch token", &["twitch"], "[a-z0-9]{30}").checked(Check::Random),
    named("FLICKR_TOKEN", "Flickr token", &["flickr"], "[a-z0-9]{32}").checked(Check::Random),
    named("SPOTIFY_SECRET", "Spotify client secret", &["spotify"], "[a-f0-9]{32}"),
    named("REDDIT_SECRET", "Reddit client secret", &["reddit"], "[A-Za-z0-9_-]{27,30}")
        .checked(Check::Random),
    token("LINE_NOTIFY_TOKEN", "Line channel token", "[A-Za-z0-9+/]{157}/1O/w1cDnyilFU="),
    token(
        "ZAPIER_WEBHOOK",
        "Zapier catch hook",
        "hooks\\.zapier\\.com/hooks/catch/([0-9]{4,10}/[a-z0-9]{6,10})",
    ),
    named("ZOOM_SECRET", "Zoom client secret", &["zoom"], "[A-Za-z0-9]{32}").checked(Check::Random),
    named("WEBEX_TOKEN", "Webex token", &["webex"], "[A-Za-z0-9]{64}").checked(Check::Random),
    token(
        "SLACK_SESSION",
        "Slack session of a browser",
        "xoxc-[0-9]{8,14}-[0-9]{8,14}-[0-9]{8,14}-[a-f0-9]{64}|xoxd-[A-Za-z0-9%/+_-]{60,400}={0,2}",
    )
    .checked(Check::Random),
];
