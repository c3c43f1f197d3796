//! What names and signs before a value say of it.

use super::*;

#[test]
fn what_npm_has_in_its_file_is_told_from_other_names() {
    // base64 of `hunter2!`
    let password = ["aHVudGVy", "MiE="].concat();
    for before in ["", "//registry.npmjs.org/:", "email=a\n", "email=a\\n", "npm publish --"] {
        let text = format!("{before}_password={password}");
        assert_eq!(scan(&text).0, format!("{before}_password=******"), "{before}");
    }
    for text in [
        "create_user(new_password=newPassword)",
        "signup?confirm_password=mismatch",
        "?_password=mismatch",
        "set(my_authToken=getAuthTokenFromTheStorageOfIt)",
        "_authToken=getAuthTokenFromTheStorageOfIt",
    ] {
        assert!(scan(text).1.valid, "{text}");
    }
}
