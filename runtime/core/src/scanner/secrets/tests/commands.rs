//! What options, commands and statements set.

use super::*;

#[test]
fn keys_that_are_written_as_numbers() {
    let key = Draws(11).hex(64);
    for text in [
        "PRIVATE_KEY=0x{}",
        "PRIVATE_KEY=\"0x{}\"",
        "\"privateKey\": \"0x{}\"",
        "new ethers.Wallet('0x{}')",
        "privateKeyToAccount('0x{}')",
        "my private key is 0x{}.",
    ] {
        assert_eq!(scan(&text.replace("{}", &key)).0, text.replace("{}", "******"), "{text}");
    }
    for text in [
        "tx: 0x{}",
        "hash = \"0x{}\"",
        "\"token\": \"0x{}\"",
        "token transfer: 0x{}",
        "\"secretHash\": \"0x{}\"",
        "never show your private key; see 0x{}",
        "x = '0x{}'",
        "X-Key: 0x{}",
    ] {
        assert!(scan(&text.replace("{}", &key)).1.valid, "{text}");
    }
    for text in ["PRIVATE_KEY_OF=0x{}", "private key of 0x{}", "TOKEN=\"0x{}\""] {
        assert!(scan(&text.replace("{}", &key[..40])).1.valid, "{text}");
    }
}
