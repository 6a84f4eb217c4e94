use connect_imitation::{Imitation, Setting, Weather};

use crate::fleet::{Fleet, name};

const KEY: (&str, &str) = ("CONNECT_REGISTER_FINGERPRINT_KEY", "a key of fingerprints");

#[test]
fn behind_masks_and_in_foul_weather_no_mask_is_written_and_only_a_rotated_secret_is() {
    let fleet = Fleet::of(40, "first");
    for number in 0..40 {
        fleet.declare_with(number, "first", &[("password", r#"{{secret "PW"}}"#)]);
    }
    let setting = Setting { masks: true, weather: Weather::foul(9, 0.2), ..Setting::default() };
    let connect = Imitation::start(setting).unwrap();
    let inline = |secret: &str, args: &[&str]| {
        let args = [args, &["--secrets", "inline"]].concat();
        fleet.run_with(&connect, &args, &[("PW", secret), KEY]).ends_with(0)
    };
    let ran = inline("first-secret", &["apply", "-o", "json"]);
    assert_eq!(ran.count("created"), 40, "{}", ran.stdout);
    ran.wrote_once_but_for_what_came_late(40);
    assert_eq!(connect.config(&name(0)).unwrap()["password"], "first-secret");

    connect.forget_tally();
    let ran = inline("first-secret", &["apply", "-o", "json"]);
    assert_eq!((ran.count("unchanged"), ran.tally.writes), (40, 0), "a mask is no difference");

    fleet.declare_with(1, "second", &[("password", r#"{{secret "PW"}}"#)]);
    let ran = inline("first-secret", &["apply", "-o", "json"]);
    assert_eq!((ran.count("updated"), ran.count("unchanged")), (1, 39));
    assert_eq!(connect.config(&name(1)).unwrap()["password"], "first-secret");

    connect.forget_tally();
    let ran = inline("second-secret", &["apply", "-o", "json"]);
    assert_eq!(ran.count("updated"), 40, "a rotated secret is told from a masked one");
    ran.wrote_once_but_for_what_came_late(40);
    connect.settle();
    assert!((0..40).all(|number| connect.config(&name(number)).unwrap()["password"] == "second-secret"));
    assert!(!ran.stderr.contains("-secret") && !ran.stdout.contains("-secret"));
}
