//! Figures that are no entities, and entities that are written as figures are.

use super::*;

#[test]
fn of_numbers_with_the_sum_of_a_card_those_of_a_scheme_are_cards() {
    for number in [
        "4111111111111111",
        "4222222222222",
        "4000000000000000006",
        "5555555555554444",
        "2223000048400011",
        "378282246310005",
        "30569309025904",
        "36227206271667",
        "3566002020360505",
        "6011000990139424",
        "6205500000000000004",
        "6771798021000008",
        "2200000000000004",
        "135410014004955",
    ] {
        finds("CREDIT_CARD", &format!("it was {number}."), &[number]);
        let labels: Vec<_> = analyze(&spec(&["CREDIT_CARD", "PHONE_NUMBER"]), number);
        assert_eq!(labels, [("CREDIT_CARD".to_owned(), number.to_owned())]);
    }
    for number in [
        "1733547110028",
        "1648609119741837",
        "1621922029502002062",
        "1372280410766137974",
        "104339611170",
        "297320424783",
        "5547001807184",
        "4006381300063",
        "490154203237518",
        "100000000000009",
        "5610591081006",
        "1920 1080 2560 1440",
    ] {
        assert_eq!(check::credit_card(number), Validity::Open, "{number}");
        finds("CREDIT_CARD", &format!("it was {number}."), &[]);
        finds("CREDIT_CARD", &format!("my card is {number}."), &[number]);
    }
    finds("CREDIT_CARD", "my card is 1733547110029", &[]);
}

#[test]
fn a_part_of_a_row_is_no_card() {
    let card = "4111 1111 1111 1111";
    for row in ["7021 4111 1111 1111 1111", "4111 1111 1111 1111 7021 3344", "4111-1111-1111-1111-7021"] {
        finds("CREDIT_CARD", &format!("data {row}\n"), &[]);
    }
    finds("CREDIT_CARD", "card 4111 1111 1111 1111 7021", &[card]);
    for text in ["{} 1227", "{} 12/27", "{} 123", "12 {} 7", "2024: {}", "7021-{}-7021", "7021  {}"] {
        finds("CREDIT_CARD", &text.replace("{}", card), &[card]);
    }
    let both = [card, "5500 0000 0000 0004"];
    finds("CREDIT_CARD", &both.join(" "), &both);
}
