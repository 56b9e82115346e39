//! How many requests of each class somebody may make.

use std::time::Duration;

use switchyard_api::RateLimits;
use switchyard_domain::limit::Limit;

const MINUTE: Duration = Duration::from_secs(60);

/// Reads them. Those that are not set leave people room and stop programs that run wild.
pub(super) fn read<'v>(
    get: &impl Fn(&str) -> Option<&'v str>,
    fault: &mut impl FnMut(&'static str, String),
) -> RateLimits {
    let mut limit = |name: &'static str, usual: u32| match get(name) {
        None => Limit::new(usual, MINUTE),
        Some("off") => None,
        Some(text) => {
            let read = parse(text);
            if read.is_none() {
                let text = format!(
                    "`{text}` is no limit: write a number, `/`, and `s`, `min` or `h`, as in 60/min, or `off`"
                );
                fault(name, text);
            }
            read
        }
    };
    RateLimits {
        default: limit("RATE_LIMIT_DEFAULT", 1200),
        auth: limit("RATE_LIMIT_AUTH", 120),
        sessions: limit("RATE_LIMIT_SESSIONS", 240),
        terminals: limit("RATE_LIMIT_TERMINALS", 240),
        jobs: limit("RATE_LIMIT_JOBS", 60),
    }
}

fn parse(text: &str) -> Option<Limit> {
    let (times, within) = text.split_once('/')?;
    let within = match within.trim() {
        "s" => Duration::from_secs(1),
        "min" => MINUTE,
        "h" => Duration::from_secs(3600),
        _ => return None,
    };
    Limit::new(times.trim().parse().ok()?, within)
}

#[cfg(test)]
mod tests {
    use switchyard_domain::limit::Limit;

    use super::{MINUTE, parse};
    use crate::settings::Deployment;
    use crate::settings::hosted::tests::read;

    #[test]
    fn a_limit_is_a_number_in_a_time() {
        assert_eq!(parse("60/min"), Limit::new(60, MINUTE));
        assert_eq!(parse(" 5 / s"), Limit::new(5, MINUTE / 60));
        assert_eq!(parse("1000/h"), Limit::new(1000, MINUTE * 60));
        for bad in
            ["", "60", "/min", "0/min", "-1/min", "60/day", "60/minute", "1.5/s", "60/min/min", "9999999/s"]
        {
            assert_eq!(parse(bad), None, "{bad}");
        }
    }

    #[test]
    fn each_class_has_its_own_and_can_be_without() {
        let set = [("RATE_LIMIT_AUTH", "5/min"), ("RATE_LIMIT_JOBS", "off")];
        let Deployment::Kubernetes(hosted) = read(&set).unwrap().deployment else { panic!("not hosted") };
        assert_eq!((hosted.rate_limits.auth, hosted.rate_limits.jobs), (Limit::new(5, MINUTE), None));
        assert!(hosted.rate_limits.default.is_some());
        assert_eq!(read(&[("RATE_LIMIT_SESSIONS", "many")]).unwrap_err(), ["RATE_LIMIT_SESSIONS"]);
    }
}
