//! What Redis does in one step each. Performed twice they do the same as once, so a lost answer can be asked for again.
//!
//! ```text
//! lock:HASH     the random value of who may spend, with an expiry
//! renewal:HASH  a hash: generation  the last claim's, in microseconds since 1970 by Redis's clock, and never one twice
//!                       successor   the sealed pair; `by`: the generation of who brought it; `tag`: which access token is in it
//!                       =VALUE      when somebody who has claimed and not reported back was last heard of
//! ended:HASH    a session whose user has signed out
//! ```

use std::time::Duration;

use ::redis::{Cmd, Value, cmd, from_redis_value};

use super::vault::Names;
use crate::renewals::ledger::ENDED;

/// Takes the lock if nobody has it, and there is no successor but the one that the caller has. ARGV: value, milliseconds of the lock,
/// of the record, the tag of what the caller has.
const CLAIM: &str = r"
if #KEYS > 2 and redis.call('EXISTS', KEYS[3]) == 1 then return {'ended'} end
local tag = redis.call('HGET', KEYS[2], 'tag')
if tag and tag ~= ARGV[4] then return {'renewed', redis.call('HGET', KEYS[2], 'successor')} end
local last = redis.call('HGET', KEYS[2], 'generation') or '0'
local holder = redis.call('GET', KEYS[1])
if holder == ARGV[1] then return {'ours', last} end
if holder then return {'held'} end
local time = redis.call('TIME')
local now = time[1] * 1000000 + time[2]
local generation = string.format('%.0f', math.max(tonumber(last) + 1, now))
redis.call('SET', KEYS[1], ARGV[1], 'NX', 'PX', ARGV[2])
redis.call('HSET', KEYS[2], 'generation', generation, '=' .. ARGV[1], string.format('%.0f', now))
redis.call('PEXPIRE', KEYS[2], ARGV[3])
return {'ours', generation}
";

/// Gives the holder more time, if it still is the holder. ARGV: value, milliseconds of the lock, of the record.
const EXTEND: &str = r"
if redis.call('GET', KEYS[1]) ~= ARGV[1] then return {'lost'} end
local time = redis.call('TIME')
redis.call('PEXPIRE', KEYS[1], ARGV[2])
redis.call('HSET', KEYS[2], '=' .. ARGV[1], string.format('%.0f', time[1] * 1000000 + time[2]))
redis.call('PEXPIRE', KEYS[2], ARGV[3])
return {'kept'}
";

/// Keeps a successor, unless a newer holder has brought one. ARGV: value, generation, sealed pair, its tag, milliseconds of the
/// successor.
const PUBLISH: &str = r"
if redis.call('GET', KEYS[1]) == ARGV[1] then redis.call('DEL', KEYS[1]) end
if #KEYS > 2 and redis.call('EXISTS', KEYS[3]) == 1 then
  redis.call('DEL', KEYS[2])
  return {'ended'}
end
redis.call('HDEL', KEYS[2], '=' .. ARGV[1])
local by = redis.call('HGET', KEYS[2], 'by')
if by and tonumber(by) > tonumber(ARGV[2]) then return {'renewed', redis.call('HGET', KEYS[2], 'successor')} end
redis.call('HSET', KEYS[2], 'successor', ARGV[3], 'tag', ARGV[4], 'by', ARGV[2])
redis.call('PEXPIRE', KEYS[2], ARGV[5])
return {'kept'}
";

/// Ends a claim without a successor; what there is instead. ARGV: value, milliseconds for which somebody may yet report back, the tag
/// of what the caller has.
const RELEASE: &str = r"
if redis.call('GET', KEYS[1]) == ARGV[1] then redis.call('DEL', KEYS[1]) end
redis.call('HDEL', KEYS[2], '=' .. ARGV[1])
if #KEYS > 2 and redis.call('EXISTS', KEYS[3]) == 1 then return {'ended'} end
local tag = redis.call('HGET', KEYS[2], 'tag')
if tag and tag ~= ARGV[3] then return {'renewed', redis.call('HGET', KEYS[2], 'successor')} end
local time = redis.call('TIME')
local since = time[1] * 1000000 + time[2] - ARGV[2] * 1000
local record = redis.call('HGETALL', KEYS[2])
for index = 1, #record, 2 do
  if string.sub(record[index], 1, 1) == '=' and tonumber(record[index + 1]) > since then return {'open'} end
end
return {'gone'}
";

/// Ends a session. ARGV: milliseconds for which that is remembered.
const END: &str = r"
redis.call('SET', KEYS[1], '1', 'PX', ARGV[1])
return {'kept'}
";

/// What one of the scripts answered.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Answer {
    Ended,
    Gone,
    Held,
    Kept,
    Lost,
    Open,
    Ours(String),
    Renewed(String),
}

impl Answer {
    /// `None` for what no script answers.
    pub(super) fn of(value: Value) -> Option<Self> {
        let mut words = from_redis_value::<Vec<String>>(value).ok()?.into_iter();
        match (words.next()?.as_str(), words.next()) {
            ("ended", None) => Some(Self::Ended),
            ("gone", None) => Some(Self::Gone),
            ("held", None) => Some(Self::Held),
            ("kept", None) => Some(Self::Kept),
            ("lost", None) => Some(Self::Lost),
            ("open", None) => Some(Self::Open),
            ("ours", generation) => Some(Self::Ours(generation.unwrap_or_default())),
            ("renewed", Some(sealed)) => Some(Self::Renewed(sealed)),
            _ => None,
        }
    }
}

/// How long the keys live.
#[derive(Clone, Copy)]
pub(super) struct Lives {
    /// A lock whose holder has stopped.
    pub(super) lock: Duration,
    /// A successor.
    pub(super) successor: Duration,
}

impl Lives {
    fn lock(self) -> String {
        self.lock.as_millis().to_string()
    }

    fn record(self) -> String {
        self.outlived().as_millis().to_string()
    }

    /// A claim is remembered for as long as its lock holds, and then as long as a successor would be good for anybody.
    pub(super) fn outlived(self) -> Duration {
        self.lock + self.successor
    }
}

pub(super) fn claim(names: &Names, value: &str, have: &str, lives: Lives) -> Cmd {
    on(CLAIM, &names.all(), &[value, &lives.lock(), &lives.record(), have])
}

pub(super) fn extend(names: &Names, value: &str, lives: Lives) -> Cmd {
    on(EXTEND, &names.all(), &[value, &lives.lock(), &lives.record()])
}

pub(super) fn publish(
    names: &Names,
    (value, generation): (&str, &str),
    (sealed, tag): (&str, String),
    lives: Lives,
) -> Cmd {
    on(PUBLISH, &names.all(), &[value, generation, sealed, &tag, &lives.successor.as_millis().to_string()])
}

pub(super) fn release(names: &Names, value: &str, have: &str, lives: Lives) -> Cmd {
    on(RELEASE, &names.all(), &[value, &lives.record(), have])
}

pub(super) fn end(ended: &str) -> Cmd {
    on(END, &[ended], &[&ENDED.to_string()])
}

/// The script's text goes along each time: a renewal is rare, and a Redis that has forgotten it needs no second try.
fn on(script: &'static str, keys: &[&str], arguments: &[&str]) -> Cmd {
    let mut command = cmd("EVAL");
    command.arg(script).arg(keys.len()).arg(keys).arg(arguments);
    command
}
