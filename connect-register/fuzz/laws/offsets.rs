//! Any text as a file of offsets: it is read or is a mistake; what is read and written again is the same;
//! and whatever is made of it leads back.

use connect_register::core::offsets::{Backup, Bounds, Edit, Offsets, Shift, Target};

use super::is_fit_to_be_shown;

pub(crate) fn hold(bytes: &[u8]) {
    let text = String::from_utf8_lossy(bytes);
    for line in text.lines().take(20) {
        match line.parse::<Target>() {
            Ok(target) => is_fit_to_be_shown(&target.to_string()),
            Err(why) => is_fit_to_be_shown(&why),
        }
    }
    let backup = match Backup::parse(&text) {
        Ok(backup) => backup,
        Err(why) => return is_fit_to_be_shown(&why),
    };
    let written = serde_json::to_string(&backup).unwrap_or_default();
    assert_eq!(Backup::parse(&written).as_ref(), Ok(&backup), "{written}");
    let now = &backup.offsets;
    for (partition, offset) in &now.0 {
        is_fit_to_be_shown(&format!("{partition} {offset}"));
    }
    let bounds: Bounds = now.0.keys().filter_map(|partition| Some((partition.topic()?, (10, 20)))).collect();
    let shift = |by, bounds: &Bounds| Edit::Shift(Shift { by, topics: Vec::new(), bounds: bounds.clone() });
    let latest = now.0.keys().filter_map(|partition| format!("{}=latest", partition.topic()?.0).parse().ok());
    let edits = [
        shift(1, &Bounds::new()),
        shift(i64::MAX, &bounds),
        shift(i64::MIN, &bounds),
        Edit::To { targets: latest.collect(), bounds: bounds.clone() },
        Edit::Set(now.clone()),
        Edit::Exactly(Offsets::default()),
        Edit::Clear,
    ];
    for edit in edits {
        match edit.moves(now) {
            Ok(moves) => {
                let after = now.after(&moves);
                assert_eq!(after.after(&after.moves_to(now)), *now, "there is a way back from {edit:?}");
            }
            Err(refusals) => refusals.iter().for_each(|refusal| is_fit_to_be_shown(&refusal.to_string())),
        }
    }
    assert_eq!(
        Edit::Exactly(now.clone()).moves(&Offsets::default()).map(|m| Offsets::default().after(&m)),
        Ok(now.clone())
    );
}
