//! Any headers of a dead letter: lines `name: value`, where a line that begins with a blank goes on with the
//! value before it, and a line without a colon is a header without a value. What they tell is harmless, and
//! a replay sends nothing that was not there but the count of it.

use connect_register::core::letter::headers::{ATTEMPTS, PREFIX};
use connect_register::core::letter::{
    At, Cause, Groups, Header, Judge, Judgement, Letter, Origins, Outgoing, Replayed, shown,
};

use super::is_fit_to_be_shown;

pub(crate) fn hold(bytes: &[u8]) {
    let headers = headers(bytes);
    let letter = Letter {
        at: At { partition: 0, offset: 7 },
        time: None,
        key: None,
        value: Some(bytes.to_vec()),
        headers: headers.clone(),
    };
    let told = letter.told();
    let lines = [&told.topic, &told.connector, &told.task, &told.stage, &told.class, &told.exception, &told.message];
    for line in lines.into_iter().flatten() {
        is_fit_to_be_shown(line);
        assert!(!line.contains('\n'), "this is more than a line: {line:?}");
    }
    told.trace.iter().for_each(|trace| is_fit_to_be_shown(trace));
    is_fit_to_be_shown(told.stage().words());
    is_fit_to_be_shown(&Cause::of(&told).pattern);
    is_fit_to_be_shown(&shown(Some(bytes), 60));
    let mut groups = Groups::default();
    groups.add(&letter);
    groups.add(&letter);
    assert_eq!(groups.sorted().iter().map(|group| group.count).collect::<Vec<_>>(), [2], "equal letters are one group");

    let judge = |most| Judge { letters: "sales.dlq".to_owned(), origins: Origins::of(["sales".to_owned()]), most };
    match judge(3).judge(&letter) {
        Judgement::Replay(outgoing) => sent(&outgoing, &headers, told.attempts),
        Judgement::Parked(attempts) => assert!(attempts >= 3, "it was parked after {attempts}"),
        Judgement::Refused(refusal) => is_fit_to_be_shown(&refusal.words()),
    }
    assert!(!matches!(judge(0).judge(&letter), Judgement::Replay(_)), "what may not be replayed is not");
    remembered(&String::from_utf8_lossy(bytes));
}

/// What is sent is what was there, counted once more.
fn sent(outgoing: &Outgoing, headers: &[Header], attempts: u32) {
    assert_eq!(outgoing.topic, "sales");
    let Some(((name, count), own)) = outgoing.headers.split_last() else { unreachable!("the count is there") };
    let count = count.as_deref().and_then(|count| std::str::from_utf8(count).ok()?.parse().ok());
    assert_eq!((name.as_str(), count), (ATTEMPTS, Some(attempts + 1)));
    let is_own = |(name, _): &&Header| !name.starts_with(PREFIX) && name != ATTEMPTS;
    assert!(headers.iter().filter(is_own).eq(own), "the record's own headers are sent as they were");
}

/// What a group remembers of replays is anybody's text.
fn remembered(text: &str) {
    for next in [0, 7, i64::MAX] {
        let mut replayed = Replayed::parse(next, text);
        replayed.add(9);
        assert!(replayed.has(9) && replayed.next() >= next);
        replayed.begins_at(100);
        assert!(replayed.next() >= 100 && replayed.has(99));
        if let Ok(metadata) = replayed.metadata() {
            assert_eq!(Replayed::parse(replayed.next(), &metadata), replayed, "{metadata}");
        }
    }
}

fn headers(bytes: &[u8]) -> Vec<Header> {
    let mut all: Vec<Header> = Vec::new();
    for line in bytes.split(|byte| *byte == b'\n') {
        match (line.split_first(), all.last_mut()) {
            (Some((b' ' | b'\t', _)), Some((_, Some(value)))) => {
                value.push(b'\n');
                value.extend(line);
            }
            (None, _) => {}
            _ => {
                let colon = line.windows(2).position(|pair| pair == b": ");
                let (name, value) = colon.map_or((line, None), |at| (&line[..at], Some(line[at + 2..].to_vec())));
                all.push((String::from_utf8_lossy(name).into_owned(), value));
            }
        }
    }
    all
}
