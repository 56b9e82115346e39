//! Signing in with GitHub: which one, as which app, and who of it.

use switchyard_domain::credential::Secret;
use switchyard_github::{GithubRules, Url};

use super::secrets::{Secrets, weakness};
use super::switch;

/// Most organisations: each may cost a request at every sign-in.
const MOST_ORGANISATIONS: usize = 20;
/// Longest login at GitHub, in characters.
const LONGEST_LOGIN: usize = 39;

/// What means nothing without the app.
const OF_THE_APP: [&str; 4] = ["ALLOWED_ORG", "GITHUB_PRIVATE_REPOSITORIES", "GITHUB_URL", "GITHUB_API_URL"];

type Fault<'f> = &'f mut dyn FnMut(&'static str, String);

/// Reads it, where it is set up.
pub(super) fn read<'v>(
    get: &impl Fn(&str) -> Option<&'v str>,
    fault: &mut impl FnMut(&'static str, String),
    secrets: &mut Secrets<'v>,
    test: bool,
) -> Option<GithubRules> {
    let (id, secret) = (get("GITHUB_CLIENT_ID"), secrets.new_one(get, fault, "GITHUB_CLIENT_SECRET"));
    if id.is_none() && get("GITHUB_CLIENT_SECRET").is_none() {
        // Who believes that an organisation alone may sign in must not be wrong. Switches that are off say nothing.
        for name in OF_THE_APP.into_iter().filter(|name| get(name).is_some_and(|value| value != "off")) {
            fault(name, "means nothing without GITHUB_CLIENT_ID and GITHUB_CLIENT_SECRET".into());
        }
        return None;
    }
    if id.is_none() {
        fault("GITHUB_CLIENT_ID", "must be set, since GITHUB_CLIENT_SECRET is".into());
    }
    if get("GITHUB_CLIENT_SECRET").is_none() {
        fault("GITHUB_CLIENT_SECRET", "must be set, since GITHUB_CLIENT_ID is".into());
    }
    if let Some(weakness) = secret.and_then(weakness) {
        fault("GITHUB_CLIENT_SECRET", format!("{weakness}; copy it from the app's page at GitHub"));
    }
    let private_repositories = switch(get, fault, "GITHUB_PRIVATE_REPOSITORIES", false);
    let url = address(get("GITHUB_URL").unwrap_or("https://github.com"), "GITHUB_URL", fault, test);
    if url.as_ref().is_some_and(|url| url.path() != "/") {
        fault("GITHUB_URL", "must be without a path, as in https://github.com".into());
    }
    let api_url = match (get("GITHUB_API_URL"), &url) {
        (Some(text), _) => address(text, "GITHUB_API_URL", fault, test),
        (None, Some(url)) => Some(interface_of(url)),
        (None, None) => None,
    };
    let organisations = organisations(get("ALLOWED_ORG").unwrap_or_default(), fault);
    Some(GithubRules {
        url: url?,
        api_url: api_url?,
        client_id: id?.to_owned(),
        client_secret: Secret::new(secret?.to_owned()),
        organisations,
        private_repositories,
    })
}

/// Where the REST interface of the GitHub at this address is.
fn interface_of(url: &Url) -> Url {
    let mut interface = url.clone();
    if url.host_str() == Some("github.com") {
        // The name is one that can be parsed.
        let _ = interface.set_host(Some("api.github.com"));
    } else {
        interface.set_path("/api/v3");
    }
    interface
}

fn address(text: &str, name: &'static str, fault: Fault<'_>, test: bool) -> Option<Url> {
    let url = Url::parse(text).ok().filter(|url| {
        url.has_host()
            && url.username().is_empty()
            && url.password().is_none()
            && url.query().is_none()
            && url.fragment().is_none()
    });
    let Some(url) = url else {
        fault(name, "must be an address without name, password and query, as in https://github.com".into());
        return None;
    };
    let here = matches!(url.host_str(), Some("localhost" | "127.0.0.1" | "[::1]"));
    if url.scheme() == "https" || (url.scheme() == "http" && test && here) {
        return Some(url);
    }
    fault(
        name,
        "must begin with https: the app's secret and people's tokens would travel in the open".into(),
    );
    None
}

fn organisations(listed: &str, fault: Fault<'_>) -> Vec<String> {
    let names: Vec<&str> = listed.split(',').map(str::trim).filter(|name| !name.is_empty()).collect();
    let is_login = |name: &str| {
        name.len() <= LONGEST_LOGIN
            && name.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '-' | '_'))
    };
    if !listed.is_empty() && names.is_empty() {
        fault("ALLOWED_ORG", "names no organisation; leave it empty to let everybody sign in".into());
    }
    if names.len() > MOST_ORGANISATIONS {
        fault("ALLOWED_ORG", format!("names more than {MOST_ORGANISATIONS} organisations"));
    }
    for name in names.iter().filter(|name| !is_login(name)) {
        fault(
            "ALLOWED_ORG",
            format!("`{name}` is no login of an organisation at GitHub; part them by commas"),
        );
    }
    names.into_iter().map(str::to_owned).collect()
}

#[cfg(test)]
mod tests {
    use crate::settings::hosted::tests::read;
    use crate::settings::{Deployment, Settings};

    const APP: [(&str, &str); 2] =
        [("GITHUB_CLIENT_ID", "Iv1.8a61f9b3a7aba766"), ("GITHUB_CLIENT_SECRET", SECRET)];
    const SECRET: &str = "9f2c4e7a1b8d3056e4f7a2c9b1d8e3f60a5c7b94";

    fn with(changes: &[(&'static str, &'static str)]) -> Result<Settings, Vec<&'static str>> {
        let kept = APP.iter().filter(|(name, _)| !changes.iter().any(|(changed, _)| changed == name));
        read(&kept.chain(changes).copied().collect::<Vec<_>>())
    }

    fn rules(changes: &[(&'static str, &'static str)]) -> switchyard_github::GithubRules {
        let settings = with(changes).unwrap();
        let Deployment::Kubernetes(hosted) = settings.deployment else { panic!("not hosted") };
        hosted.github.unwrap()
    }

    #[test]
    fn an_app_at_github_is_enough() {
        let usual = rules(&[]);
        assert_eq!(
            (usual.url.as_str(), usual.api_url.as_str()),
            ("https://github.com/", "https://api.github.com/")
        );
        assert!(usual.organisations.is_empty() && !usual.private_repositories);
        let own = rules(&[("GITHUB_URL", "https://git.example"), ("ALLOWED_ORG", " acme, Other-Org ,")]);
        assert_eq!(own.api_url.as_str(), "https://git.example/api/v3");
        assert_eq!(own.organisations, ["acme", "Other-Org"]);
        assert!(!format!("{:?}", with(&[]).unwrap()).contains(SECRET));
    }

    #[test]
    fn half_an_app_and_what_means_nothing_without_one_are_refused() {
        assert_eq!(with(&[("GITHUB_CLIENT_ID", "")]).unwrap_err(), ["GITHUB_CLIENT_ID"]);
        assert_eq!(with(&[("GITHUB_CLIENT_SECRET", "")]).unwrap_err(), ["GITHUB_CLIENT_SECRET"]);
        assert_eq!(read(&[("ALLOWED_ORG", "acme")]).unwrap_err(), ["ALLOWED_ORG"]);
        assert!(read(&[("GITHUB_PRIVATE_REPOSITORIES", "off")]).is_ok());
    }

    #[test]
    fn a_weak_secret_an_open_connection_and_what_is_no_name_are_refused() {
        for weak in
            ["short", "your-client-secret-from-github-goes-here", "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"]
        {
            assert_eq!(
                with(&[("GITHUB_CLIENT_SECRET", weak)]).unwrap_err(),
                ["GITHUB_CLIENT_SECRET"],
                "{weak}"
            );
        }
        for bad in [
            "http://git.example",
            "git.example",
            "ftp://git.example",
            "https://u:p@git.example",
            "http://127.0.0.1:1",
        ] {
            assert_eq!(with(&[("GITHUB_URL", bad)]).unwrap_err(), ["GITHUB_URL"], "{bad}");
        }
        assert_eq!(with(&[("GITHUB_URL", "https://git.example/hub")]).unwrap_err(), ["GITHUB_URL"]);
        assert_eq!(with(&[("GITHUB_API_URL", "http://api.example")]).unwrap_err(), ["GITHUB_API_URL"]);
        for bad in ["acme corp", "acme/../x", "ac%6De", ","] {
            assert_eq!(with(&[("ALLOWED_ORG", bad)]).unwrap_err(), ["ALLOWED_ORG"], "{bad}");
        }
    }
}
