//! The route table: the one place where a route is added.
//!
//! A row cannot be written without a method, a path, the authority it needs, a rate class, the name of its act in
//! the audit log and a handler. Authorisation, the OpenAPI document and the tests walk the rows.

mod guard;

use axum::Router;
use axum::handler::Handler;
use axum::http::Method;
use axum::middleware::from_fn_with_state;
use axum::routing::{MethodFilter, on};
use switchyard_domain::Role;
use utoipa::openapi::path::Parameter;
use utoipa::openapi::schema::{ArrayBuilder, ObjectBuilder, SchemaType, Type};
use utoipa::openapi::{RefOr, Schema};
use utoipa::{IntoParams, ToSchema};

pub(crate) use self::guard::Attribution;
use crate::state::ApiState;
use crate::wire::ticket::StreamCredential;

/// What a caller must show.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Authority {
    /// Nothing: probes.
    Anyone,
    /// Nothing but that the request comes from our own page.
    OwnPage,
    /// Nothing, where people sign in; whoever is signed in is known all the same.
    Guest,
    /// At least this role.
    Role(Role),
}

/// Which budget of requests a route draws on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Rate {
    /// Not counted.
    Free,
    /// Most of them.
    Default,
    /// Signing in.
    Auth,
    /// Starting and talking to agents.
    Sessions,
    /// Opening terminals and attaching to them.
    Terminals,
    /// What takes a runner or the database long.
    Jobs,
}

impl Rate {
    /// Every class.
    pub(crate) const ALL: [Self; 6] =
        [Self::Free, Self::Default, Self::Auth, Self::Sessions, Self::Terminals, Self::Jobs];

    /// The name in the OpenAPI document and in metrics.
    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Self::Free => "free",
            Self::Default => "default",
            Self::Auth => "auth",
            Self::Sessions => "sessions",
            Self::Terminals => "terminals",
            Self::Jobs => "jobs",
        }
    }
}

/// Adds a row's handler, behind the guard that knows this of the row.
type Mount = Box<dyn FnOnce(Router<ApiState>, &ApiState, guard::Facts) -> Router<ApiState>>;

/// A row of the table.
pub(crate) struct Route {
    pub(crate) method: Method,
    pub(crate) path: &'static str,
    pub(crate) action: &'static str,
    pub(crate) authority: Authority,
    pub(crate) rate: Rate,
    pub(crate) doc: Doc,
    mount: Mount,
}

/// A named schema with those that it mentions.
pub(crate) type Schemas = Vec<(String, RefOr<Schema>)>;

/// What the OpenAPI document says of a row besides.
#[derive(Default)]
pub(crate) struct Doc {
    pub(crate) summary: &'static str,
    pub(crate) body: Option<RefOr<Schema>>,
    pub(crate) replies: Vec<(u16, Option<RefOr<Schema>>)>,
    pub(crate) parameters: Vec<Parameter>,
    pub(crate) needs_version: bool,
    pub(crate) websocket: bool,
    pub(crate) schemas: Schemas,
}

impl Route {
    /// A row. `action` is `noun.verb`.
    pub(crate) fn new<T: 'static>(
        method: Method,
        path: &'static str,
        authority: Authority,
        rate: Rate,
        action: &'static str,
        handler: impl Handler<T, ApiState>,
    ) -> Self {
        let filter = MethodFilter::try_from(method.clone()).unwrap_or(MethodFilter::GET);
        let mount = move |router: Router<ApiState>, state: &ApiState, facts| {
            let guard = from_fn_with_state((state.clone(), facts), guard::admit);
            router.route(path, on(filter, handler).layer(guard))
        };
        Self { method, path, action, authority, rate, doc: Doc::default(), mount: Box::new(mount) }
    }

    /// A read that viewers may make.
    pub(crate) fn read<T: 'static>(
        path: &'static str,
        action: &'static str,
        handler: impl Handler<T, ApiState>,
    ) -> Self {
        Self::new(Method::GET, path, Authority::Role(Role::Viewer), Rate::Default, action, handler)
    }

    /// A write that members may make.
    pub(crate) fn write<T: 'static>(
        method: Method,
        path: &'static str,
        action: &'static str,
        handler: impl Handler<T, ApiState>,
    ) -> Self {
        Self::new(method, path, Authority::Role(Role::Member), Rate::Default, action, handler)
    }

    /// What it does, in one line.
    pub(crate) fn summary(mut self, summary: &'static str) -> Self {
        self.doc.summary = summary;
        self
    }

    /// Draws on another budget than most.
    pub(crate) fn rate(mut self, rate: Rate) -> Self {
        self.rate = rate;
        self
    }

    /// The JSON that it takes.
    pub(crate) fn body<T: ToSchema>(mut self) -> Self {
        self.doc.body = Some(self.doc.mention::<T>());
        self
    }

    /// The JSON that it answers with `status`.
    pub(crate) fn reply<T: ToSchema>(mut self, status: u16) -> Self {
        let schema = self.doc.mention::<T>();
        self.doc.replies.push((status, Some(schema)));
        self
    }

    /// It answers 200 with a page of these.
    pub(crate) fn reply_page<T: ToSchema>(mut self) -> Self {
        let item = self.doc.mention::<T>();
        let cursor = ObjectBuilder::new()
            .schema_type(SchemaType::from_iter([Type::String, Type::Null]))
            .description(Some("Send it as `cursor` to get the next page; null at the end."));
        let page = ObjectBuilder::new()
            .property("items", ArrayBuilder::new().items(item))
            .required("items")
            .property("next_cursor", cursor)
            .required("next_cursor");
        self.doc.replies.push((200, Some(page.build().into())));
        self
    }

    /// It answers with `status` and no body.
    pub(crate) fn reply_empty(mut self, status: u16) -> Self {
        self.doc.replies.push((status, None));
        self
    }

    /// The query parameters that it takes.
    pub(crate) fn query<T: IntoParams>(mut self) -> Self {
        let parameters = T::into_params(|| Some(utoipa::openapi::path::ParameterIn::Query));
        self.doc.parameters.extend(parameters);
        self
    }

    /// It needs the version that the caller saw.
    pub(crate) fn versioned(mut self) -> Self {
        self.doc.needs_version = true;
        self
    }

    /// It is a WebSocket; `T` is what the server sends.
    pub(crate) fn websocket<T: ToSchema>(mut self) -> Self {
        self.doc.websocket = true;
        self.query::<StreamCredential>().reply::<T>(101)
    }

    /// It is a WebSocket that takes these as text frames.
    pub(crate) fn takes_frames<T: ToSchema>(mut self) -> Self {
        self.doc.mention::<T>();
        self
    }
}

impl Doc {
    fn mention<T: ToSchema>(&mut self) -> RefOr<Schema> {
        T::schemas(&mut self.schemas);
        let name = T::name().into_owned();
        self.schemas.push((name.clone(), T::schema()));
        RefOr::Ref(utoipa::openapi::Ref::from_schema_name(name))
    }
}

/// Mounts the rows, each behind the guard.
pub(crate) fn mount(routes: Vec<Route>, state: &ApiState) -> Router<ApiState> {
    routes.into_iter().fold(Router::new(), |router, route| {
        let Route { action, authority, rate, mount, doc, .. } = route;
        mount(router, state, guard::Facts { action, authority, rate, websocket: doc.websocket })
    })
}
