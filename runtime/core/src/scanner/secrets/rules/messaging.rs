//! Chat, mail, telephony.

use super::super::check::Check;
use super::super::rule::{Rule, alone, named, token};

pub(super) const RULES: &[Rule] = &[
    token(
        "SLACK_TOKEN",
        "Slack bot, user, app, workspace or refresh token",
        concat!(
            "xoxb-[0-9]{10,13}-[0-9]{10,13}-[A-Za-z0-9]{20,34}",
            "|xoxb-[0-9]{8,14}-[A-Za-z0-9]{18,26}",
            "|xoxp-[0-9]{10,13}-[0-9]{10,13}-[0-9]{10,13}-[A-Za-z0-9]{28,34}",
            "|xoxp-[0-9]{10,13}-[0-9]{10,13}-[A-Za-z0-9]{28,34}",
            "|xoxe-[0-9]{1}-[A-Za-z0-9]{140,180}",
            "|xoxe-[0-9]{10,13}-[0-9]{10,13}-[0-9]{10,13}-[A-Za-z0-9]{28,34}",
            "|xoxe\\.xoxb-[0-9]{1}-[A-Za-z0-9]{140,180}",
            "|xoxe\\.xoxp-[0-9]{1}-[A-Za-z0-9]{140,180}",
            "|xoxa-[0-9A-Za-z]{1,14}-[A-Za-z0-9-]{8,80}",
            "|xoxr-[0-9A-Za-z]{1,14}-[A-Za-z0-9-]{8,80}",
            "|xoxo-[0-9]{1,13}-[A-Za-z0-9-]{8,80}",
            "|xoxs-[0-9]{1,13}-[A-Za-z0-9-]{8,80}",
            "|xoxb-[A-Za-z0-9]{1,14}-[A-Za-z0-9-]{8,80}",
            "|xoxp-[A-Za-z0-9]{1,14}-[A-Za-z0-9-]{8,80}",
            "|xapp-[0-9]{1}-[A-Z0-9]{8,14}-[0-9]{8,14}-[A-Za-z0-9]{30,80}"
        ),
    )
    .like(&["xoxb-<11 digits>-<11 digits>-<24 word>", "xapp-<1 digits>-<11 upper>-<11 digits>-<55 word>"])
    .unlike(&["xoxb-<7 digits>-<7 word>"]),
    token(
        "SLACK_WEBHOOK",
        "Slack webhook",
        concat!(
            "https://hooks\\.slack\\.com/services/([A-Za-z0-9+/]{43,80})",
            "|https://hooks\\.slack\\.com/workflows/([A-Za-z0-9+/]{43,80})",
            "|https://hooks\\.slack\\.com/triggers/([A-Za-z0-9+/]{43,80})"
        ),
    )
    .like(&[
        "https://hooks.slack.com/services/<49 base64>",
        "https://hooks.slack.com/triggers/<51 base64>",
        "https://hooks.slack.com/workflows/T<8 upper>/A<10 upper>/<18 digits>/<24 word>",
    ])
    .unlike(&["https://hooks.slack.com/services/<42 base64>"]),
    token(
        "MICROSOFT_TEAMS_WEBHOOK",
        "Microsoft Teams webhook",
        "webhook\\.office\\.com/webhookb2/([A-Za-z0-9@-]{70,80}/IncomingWebhook/[a-z0-9]{32}/[a-z0-9-]{36})",
    )
    .like(&["webhook.office.com/webhookb2/<75 word>/IncomingWebhook/<32 lower>/<36 lower>"])
    .unlike(&["webhook.office.com/webhookb2/<75 word>/IncomingWebhook/<32 lower>/<35 lower>"]),
    token(
        "DISCORD_WEBHOOK",
        "Discord webhook",
        concat!(
            "discord\\.com/api/webhooks/([0-9]{17,20}/[\\w-]{60,72})",
            "|discordapp\\.com/api/webhooks/([0-9]{17,20}/[\\w-]{60,72})"
        ),
    )
    .like(&[
        "discord.com/api/webhooks/<18 digits>/<66 url>",
        "discordapp.com/api/webhooks/<18 digits>/<66 url>",
    ])
    .unlike(&["discord.com/api/webhooks/<18 digits>/<59 url>"]),
    alone(
        "DISCORD_BOT_TOKEN",
        "Discord bot token",
        concat!(
            "M[A-Za-z0-9]{23,27}\\.[\\w-]{6}\\.[\\w-]{27,45}",
            "|N[A-Za-z0-9]{23,27}\\.[\\w-]{6}\\.[\\w-]{27,45}",
            "|O[A-Za-z0-9]{23,27}\\.[\\w-]{6}\\.[\\w-]{27,45}"
        ),
    )
    .like(&["M<25 word>.<6 url>.<36 url>", "O<25 word>.<6 url>.<36 url>"])
    .unlike(&["M<25 word>.<6 url>.<26 url>"]),
    named("DISCORD_TOKEN", "Discord API key", &["discord"], "[a-f0-9]{64}")
        .like(&["discord_key='<64 hex>'"])
        .unlike(&[r#"it = "<64 hex>""#, "discord_key='<63 hex>'"]),
    named("DISCORD_CLIENT_SECRET", "Discord client secret", &["discord"], "[A-Za-z0-9_-]{32}")
        .checked(Check::Random)
        .like(&[r#"discord_key = "<32 url>""#])
        .unlike(&[r#"it = "<32 url>""#, r#"discord_key = "<31 url>""#]),
    named("DISCORD_CLIENT_ID", "Discord client id", &["discord"], "[0-9]{18}")
        .like(&[r#""discord_key": "<18 digits>""#])
        .unlike(&[r#"it = "<18 digits>""#, r#""discord_key": "<17 digits>""#]),
    token("TELEGRAM_BOT_TOKEN", "Telegram bot token", "[0-9]{5,16}:A[A-Za-z0-9_-]{34}")
        .checked(Check::Random)
        .like(&["<10 digits>:A<34 url>"])
        .unlike(&["<10 digits>:A<33 url>", "<10 digits>:A<34 prose>"]),
    alone("TWILIO_KEY", "Twilio account or API key id", "SK[0-9a-f]{32}|AC[0-9a-f]{32}")
        .like(&["SK<32 hex>", "AC<32 hex>"])
        .unlike(&["SK<31 hex>"]),
    named("TWILIO_AUTH_TOKEN", "Twilio auth token", &["twilio"], "[0-9a-f]{32}")
        .like(&[r#""twilio_key": "<32 hex>""#])
        .unlike(&[r#"it = "<32 hex>""#, r#""twilio_key": "<31 hex>""#]),
    token(
        "SENDGRID_KEY",
        "SendGrid API key",
        "SG\\.[A-Za-z0-9_=-]{16,32}\\.[A-Za-z0-9_=-]{16,64}|SG\\.[A-Za-z0-9=_\\.-]{66}",
    )
    .like(&["SG.<24 word>.<40 word>", "SG.<66 word>"])
    .unlike(&["SG.<24 word>.<15 word>"]),
    token("MAILGUN_KEY", "Mailgun private or public key", "key-[a-f0-9]{32}|pubkey-[a-f0-9]{32}")
        .like(&["key-<32 hex>", "pubkey-<32 hex>"])
        .unlike(&["key-<31 hex>"]),
    alone("MAILGUN_KEY", "Mailgun signing key", "[a-h0-9]{32}-[a-h0-9]{8}-[a-h0-9]{8}")
        .like(&["<32 hex>-<8 hex>-<8 hex>"])
        .unlike(&["<32 hex>-<8 hex>-<7 hex>"]),
    token("MAILCHIMP_KEY", "Mailchimp API key", "[0-9a-f]{32}-us[0-9]{1,2}")
        .like(&["<32 hex>-us<1 digits>"])
        .unlike(&["<32 hex>-us"]),
    alone("MANDRILL_KEY", "Mailchimp Transactional key", "md-[A-Za-z0-9_-]{22}")
        .checked(Check::Random)
        .like(&["md-<22 url>"])
        .unlike(&["md-<21 url>", "md-<22 prose>"]),
    token(
        "BREVO_KEY",
        "Brevo (Sendinblue) API key",
        "xkeysib-[a-f0-9]{64}-[A-Za-z0-9]{16}|xsmtpsib-[a-f0-9]{64}-[A-Za-z0-9]{16}",
    )
    .like(&["xkeysib-<64 hex>-<16 word>", "xsmtpsib-<64 hex>-<16 word>"])
    .unlike(&["xkeysib-<64 hex>-<15 word>"]),
    alone("RESEND_KEY", "Resend API key", "re_[A-Za-z0-9]{8}_[A-Za-z0-9]{24}")
        .like(&["re_<8 word>_<24 word>"])
        .unlike(&["re_<8 word>_<23 word>"]),
    named("POSTMARK_TOKEN", "Postmark server token", &["postmark"], "\\u")
        .like(&[r#"postmark_key = "<uuid>""#])
        .unlike(&[r#"it = "<uuid>""#, r#"postmark_key = "<8 hex>-<4 hex>-<4 hex>-<4 hex>-<11 hex>""#]),
    named(
        "MESSAGEBIRD_TOKEN",
        "MessageBird token",
        &["messagebird", "message-bird", "message_bird"],
        "[a-z0-9]{25}|[A-Za-z0-9]{25}",
    )
    .checked(Check::Random)
    .like(&[r#""messagebird_key": "<25 lower>""#, r#""messagebird_key": "<25 word>""#])
    .unlike(&[r#"it = "<25 lower>""#, r#""messagebird_key": "<24 lower>""#]),
    named(
        "MESSAGEBIRD_CLIENT_ID",
        "MessageBird client id",
        &["messagebird", "message-bird", "message_bird"],
        "\\u",
    )
    .like(&["messagebird_key='<uuid>'"])
    .unlike(&[r#"it = "<uuid>""#, "messagebird_key='<8 hex>-<4 hex>-<4 hex>-<4 hex>-<11 hex>'"]),
    named("MATTERMOST_TOKEN", "Mattermost token", &["mattermost"], "[a-z0-9]{26}")
        .checked(Check::Random)
        .like(&[r#"mattermost_key = "<26 lower>""#])
        .unlike(&[r#"it = "<26 lower>""#, r#"mattermost_key = "<25 lower>""#]),
    named("GITTER_TOKEN", "Gitter token", &["gitter"], "[A-Za-z0-9_-]{40}")
        .checked(Check::Random)
        .like(&[r#""gitter_key": "<40 url>""#])
        .unlike(&[r#"it = "<40 url>""#, r#""gitter_key": "<39 url>""#]),
    named("SENDBIRD_TOKEN", "Sendbird access token", &["sendbird"], "[a-f0-9]{40}")
        .like(&["sendbird_key='<40 hex>'"])
        .unlike(&[r#"it = "<40 hex>""#, "sendbird_key='<39 hex>'"]),
    named("SENDBIRD_ID", "Sendbird application id", &["sendbird"], "\\u")
        .like(&[r#"sendbird_key = "<uuid>""#])
        .unlike(&[r#"it = "<uuid>""#, r#"sendbird_key = "<8 hex>-<4 hex>-<4 hex>-<4 hex>-<11 hex>""#]),
    named("NEXMO_SECRET", "Vonage secret", &["nexmo", "vonage"], "[A-Za-z0-9]{16}")
        .checked(Check::Random)
        .like(&[r#""nexmo_key": "<16 word>""#])
        .unlike(&[r#"it = "<16 word>""#, r#""nexmo_key": "<15 word>""#]),
    named("PLIVO_TOKEN", "Plivo token", &["plivo"], "[A-Za-z0-9_-]{40}")
        .checked(Check::Random)
        .like(&["plivo_key='<40 url>'"])
        .unlike(&[r#"it = "<40 url>""#, "plivo_key='<39 url>'"]),
    named("PUSHER_SECRET", "Pusher secret", &["pusher"], "[a-f0-9]{20}")
        .like(&[r#"pusher_key = "<20 hex>""#])
        .unlike(&[r#"it = "<20 hex>""#, r#"pusher_key = "<19 hex>""#]),
    token("PUBNUB_KEY", "PubNub key", "sub-c-\\u|pub-c-\\u|sec-c-[A-Za-z0-9]{48}")
        .like(&["sub-c-<uuid>", "sec-c-<48 word>"])
        .unlike(&["sub-c-<8 hex>-<4 hex>-<4 hex>-<4 hex>-<11 hex>"]),
    token("LINE_NOTIFY_TOKEN", "Line channel token", "[A-Za-z0-9+/]{157}/1O/w1cDnyilFU=")
        .like(&["<157 base64>/1O/w1cDnyilFU="])
        .unlike(&["<156 base64>/1O/w1cDnyilFU="]),
    token(
        "ZAPIER_WEBHOOK",
        "Zapier catch hook",
        "hooks\\.zapier\\.com/hooks/catch/([0-9]{4,10}/[a-z0-9]{6,10})",
    )
    .like(&["hooks.zapier.com/hooks/catch/<7 digits>/<8 lower>"])
    .unlike(&["hooks.zapier.com/hooks/catch/<7 digits>/<5 lower>"]),
    named("ZOOM_SECRET", "Zoom client secret", &["zoom"], "[A-Za-z0-9]{32}")
        .checked(Check::Random)
        .like(&[r#""zoom_key": "<32 word>""#])
        .unlike(&[r#"it = "<32 word>""#, r#""zoom_key": "<31 word>""#]),
    named("WEBEX_TOKEN", "Webex token", &["webex"], "[A-Za-z0-9]{64}")
        .checked(Check::Random)
        .like(&["webex_key='<64 word>'"])
        .unlike(&[r#"it = "<64 word>""#, "webex_key='<63 word>'"]),
    token(
        "SLACK_SESSION",
        "Slack session of a browser",
        concat!(
            "xoxc-[0-9]{8,14}-[0-9]{8,14}-[0-9]{8,14}-[a-f0-9]{64}",
            "|xoxd-[A-Za-z0-9%/+_-]{60,400}={0,2}"
        ),
    )
    .checked(Check::Random)
    .like(&["xoxc-<11 digits>-<11 digits>-<11 digits>-<64 hex>", "xoxd-<60 word>="])
    .unlike(&[
        "xoxc-<11 digits>-<11 digits>-<11 digits>-<63 hex>",
        "xoxc-<11 digits>-<11 digits>-<11 digits>-<64 prose>",
    ]),
    token("TELNYX_KEY", "Telnyx API key", "KEY[A-F0-9]{32}_[A-Za-z0-9]{22}")
        .like(&["KEY<32 HEX>_<22 word>"])
        .unlike(&["KEY<32 HEX>_<21 word>"]),
    token("CDS_NOTIFY_KEY", "GC Notify API key", "gcntfy-[A-Za-z0-9_\\.-]{73,200}")
        .like(&["gcntfy-<136 word>"])
        .unlike(&["gcntfy-<72 word>"]),
    token(
        "MAILERSEND_TOKEN",
        "MailerSend API token or SMTP password",
        "mlsn\\.[a-f0-9]{64}|mssp\\.[A-Za-z0-9]{7}\\.[a-z0-9]{10,20}\\.[A-Za-z0-9]{7}",
    )
    .like(&["mlsn.<64 hex>", "mssp.<7 word>.<15 lower>.<7 word>"])
    .unlike(&["mlsn.<63 hex>"]),
    token(
        "ONESIGNAL_KEY",
        "OneSignal app or organization key",
        "os_v2_app_[a-z2-7]{103}|os_v2_org_[a-z2-7]{103}",
    )
    .like(&["os_v2_app_<103 base32>", "os_v2_org_<103 base32>"])
    .unlike(&["os_v2_app_<102 base32>"]),
    alone("INFOBIP_KEY", "Infobip API key", "[a-f0-9]{32}-\\u")
        .like(&["<32 hex>-<uuid>"])
        .unlike(&["<32 hex>-<8 hex>-<4 hex>-<4 hex>-<4 hex>-<11 hex>"]),
    alone("SIGNALWIRE_TOKEN", "SignalWire token", "PT[a-f0-9]{48}")
        .like(&["PT<48 hex>"])
        .unlike(&["PT<47 hex>"]),
    token("COURIER_KEY", "Courier key", "pk_prod_[A-Z0-9]{28}|pk_test_[A-Z0-9]{28}")
        .like(&["pk_prod_<28 upper>", "pk_test_<28 upper>"])
        .unlike(&["pk_prod_<27 upper>"]),
    named("PUSHOVER_TOKEN", "Pushover token", &["pushover"], "[a-z0-9]{30}")
        .checked(Check::Random)
        .like(&["pushover_key='<30 lower>'"])
        .unlike(&[r#"it = "<30 lower>""#, "pushover_key='<29 lower>'"]),
    alone("NTFY_TOKEN", "ntfy token", "tk_[a-z0-9]{29}")
        .checked(Check::Random)
        .like(&["tk_<29 lower>"])
        .unlike(&["tk_<28 lower>", "tk_<29 prose>"]),
    named("SPARKPOST_KEY", "SparkPost API key", &["sparkpost"], "[a-f0-9]{40}")
        .like(&[r#""sparkpost_key": "<40 hex>""#])
        .unlike(&[r#"it = "<40 hex>""#, r#""sparkpost_key": "<39 hex>""#]),
    named("MAILJET_KEY", "Mailjet key", &["mailjet"], "[a-f0-9]{32}")
        .like(&["mailjet_key='<32 hex>'"])
        .unlike(&[r#"it = "<32 hex>""#, "mailjet_key='<31 hex>'"]),
    named(
        "ELASTIC_EMAIL_KEY",
        "Elastic Email key",
        &["elasticemail", "elastic_email", "elastic-email"],
        "[A-F0-9]{96}",
    )
    .like(&[r#"elasticemail_key = "<96 HEX>""#])
    .unlike(&[r#"it = "<96 HEX>""#, r#"elasticemail_key = "<95 HEX>""#]),
    named(
        "LARK_SECRET",
        "Lark or Feishu application secret",
        &["feishu", "lark_app", "larksuite"],
        "[A-Za-z0-9]{32}",
    )
    .checked(Check::Random)
    .like(&[r#""feishu_key": "<32 word>""#])
    .unlike(&[r#"it = "<32 word>""#, r#""feishu_key": "<31 word>""#]),
    named("WECHAT_SECRET", "WeChat application secret", &["wechat", "weixin"], "[a-f0-9]{32}")
        .like(&["wechat_key='<32 hex>'"])
        .unlike(&[r#"it = "<32 hex>""#, "wechat_key='<31 hex>'"]),
];
