//! The rules of sites for programs (robots.txt, RFC 9309), kept for an hour.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError},
    time::{Duration, Instant},
};

use reqwest::Url;
use robotxt::{AccessResult, BYTE_LIMIT, Robots};

use crate::fetcher::PRODUCT;

/// Time for which rules are kept.
const KEPT: Duration = Duration::from_hours(1);
/// Maximum number of sites whose rules are kept.
const MAX_SITES: usize = 1_000;
/// Maximum size of all kept rules together, in bytes of their texts. In memory, rules take about six times as much.
const MAX_KEPT_BYTES: usize = 8 << 20;
/// Maximum size of the rules that are read, in bytes.
pub(crate) const MAX_ROBOTS_BYTES: usize = BYTE_LIMIT;
/// Maximum pause between two requests that rules can ask for.
const MAX_PAUSE: Duration = Duration::from_secs(30);

/// The rules of a site for us.
#[derive(Debug)]
pub(crate) struct SiteRules {
    robots: Robots,
    /// Size of their text, in bytes.
    size: usize,
}

impl SiteRules {
    /// Reads the rules.
    pub(crate) fn parse(text: &[u8]) -> Self {
        Self { robots: Robots::from_access(AccessResult::Successful(text), PRODUCT), size: text.len() }
    }

    /// The rules of a site that has none.
    pub(crate) fn none() -> Self {
        Self { robots: Robots::from_access(AccessResult::Unavailable, PRODUCT), size: 0 }
    }

    pub(crate) fn allow(&self, url: &Url) -> bool {
        self.robots.is_url_allowed(url)
    }

    /// Returns the pause between two requests that the site asks for.
    pub(crate) fn pause(&self) -> Duration {
        self.robots.crawl_delay().unwrap_or_default().min(MAX_PAUSE)
    }
}

/// The rules of the sites that were asked lately.
#[derive(Debug, Default)]
pub(crate) struct KnownRobots {
    sites: Mutex<HashMap<String, (Instant, Arc<SiteRules>)>>,
}

impl KnownRobots {
    pub(crate) fn find(&self, site: &Url) -> Option<Arc<SiteRules>> {
        let sites = self.sites.lock().unwrap_or_else(PoisonError::into_inner);
        let (read_at, rules) = sites.get(site.as_str())?;
        (read_at.elapsed() < KEPT).then(|| Arc::clone(rules))
    }

    pub(crate) fn keep(&self, site: &Url, rules: &Arc<SiteRules>) {
        let mut sites = self.sites.lock().unwrap_or_else(PoisonError::into_inner);
        sites.retain(|_, (read_at, _)| read_at.elapsed() < KEPT);
        let kept: usize = sites.values().map(|(_, rules)| rules.size).sum();
        if sites.len() >= MAX_SITES || kept + rules.size > MAX_KEPT_BYTES {
            sites.clear();
        }
        sites.insert(site.as_str().to_owned(), (Instant::now(), Arc::clone(rules)));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn allowed(rules: &SiteRules, path: &str) -> bool {
        rules.allow(&Url::parse("https://example.org/").unwrap().join(path).unwrap())
    }

    #[test]
    fn the_rules_for_our_name_come_before_those_for_all() {
        let rules = SiteRules::parse(
            b"User-agent: *\nDisallow: /\n\nUser-agent: Rag-Fetch\nDisallow: /private/\nAllow: /private/open$\nCrawl-delay: 900",
        );
        assert!(allowed(&rules, "/a?b") && allowed(&rules, "/private/open"));
        assert!(!allowed(&rules, "/private/x") && !allowed(&rules, "/private/open/x"));
        assert_eq!(rules.pause(), MAX_PAUSE);
    }

    #[test]
    fn the_rules_that_are_kept_are_bounded() {
        let known = KnownRobots::default();
        let site = |number: usize| Url::parse(&format!("https://{number}.example.org/")).unwrap();
        let long = Arc::new(SiteRules::parse(&b"Allow: /x\n".repeat(MAX_ROBOTS_BYTES / 10)));
        for number in 0..100 {
            known.keep(&site(number), &long);
            assert!(known.find(&site(number)).is_some());
            let kept: usize = known.sites.lock().unwrap().values().map(|(_, rules)| rules.size).sum();
            assert!(kept <= MAX_KEPT_BYTES);
        }
    }

    #[test]
    fn a_site_without_rules_allows_everything() {
        for rules in [SiteRules::none(), SiteRules::parse(b""), SiteRules::parse(b"<html>not found</html>")] {
            assert!(allowed(&rules, "/x"));
            assert_eq!(rules.pause(), Duration::ZERO);
        }
    }
}
