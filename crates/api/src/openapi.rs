//! The OpenAPI document, made from the route table.

use switchyard_domain::Role;
use utoipa::openapi::path::{
    HttpMethod, Operation, OperationBuilder, Parameter, ParameterBuilder, ParameterIn,
};
use utoipa::openapi::request_body::RequestBodyBuilder;
use utoipa::openapi::schema::{ObjectBuilder, Type};
use utoipa::openapi::{
    ComponentsBuilder, ContentBuilder, InfoBuilder, OpenApi, OpenApiBuilder, Paths, Ref, Required,
    ResponseBuilder,
};
use utoipa::{PartialSchema, ToSchema};

use crate::error::Problem;
use crate::routes;
use crate::table::{Authority, Route};

/// The document as pretty-printed JSON, with a newline at its end.
///
/// # Panics
/// Never: the document is plain data.
#[must_use]
pub fn document() -> String {
    let mut text = open_api().to_pretty_json().unwrap_or_default();
    text.push('\n');
    text
}

fn open_api() -> OpenApi {
    let mut components = ComponentsBuilder::new();
    let mut mentioned = Vec::new();
    Problem::schemas(&mut mentioned);
    mentioned.push((Problem::name().into_owned(), Problem::schema()));
    let mut paths = Paths::new();
    for mut route in routes::all() {
        mentioned.append(&mut route.doc.schemas);
        let path = route.path;
        paths.add_path_operation(path, vec![http_method(&route)], operation(route));
    }
    for (name, schema) in mentioned {
        components = components.schema(name, schema);
    }
    let info = InfoBuilder::new().title("Switchyard").version(env!("CARGO_PKG_VERSION"));
    OpenApiBuilder::new().info(info.build()).paths(paths).components(Some(components.build())).build()
}

fn http_method(route: &Route) -> HttpMethod {
    match route.method.as_str() {
        "POST" => HttpMethod::Post,
        "PATCH" => HttpMethod::Patch,
        "PUT" => HttpMethod::Put,
        "DELETE" => HttpMethod::Delete,
        _ => HttpMethod::Get,
    }
}

fn operation(route: Route) -> Operation {
    let noun = route.action.split('.').next().unwrap_or_default();
    let mut operation = OperationBuilder::new()
        .operation_id(Some(route.action.replace('.', "_")))
        .tag(noun)
        .summary(Some(route.doc.summary))
        .description(Some(describe(&route)));
    for name in path_parameters(route.path) {
        operation = operation.parameter(text_parameter(name, ParameterIn::Path, Required::True));
    }
    for parameter in route.doc.parameters {
        operation = operation.parameter(parameter);
    }
    if route.doc.needs_version {
        operation = operation.parameter(text_parameter("If-Match", ParameterIn::Header, Required::False));
    }
    if let Some(body) = route.doc.body {
        let content = ContentBuilder::new().schema(Some(body)).build();
        let body =
            RequestBodyBuilder::new().content("application/json", content).required(Some(Required::True));
        operation = operation.request_body(Some(body.build()));
    }
    for (status, schema) in route.doc.replies {
        let mut response = ResponseBuilder::new().description(reply_text(status));
        if let Some(schema) = schema {
            response =
                response.content("application/json", ContentBuilder::new().schema(Some(schema)).build());
        }
        operation = operation.response(status.to_string(), response.build());
    }
    let problem = ContentBuilder::new().schema(Some(Ref::from_schema_name(Problem::name()))).build();
    let failed =
        ResponseBuilder::new().description("What went wrong").content("application/problem+json", problem);
    operation.response("default", failed.build()).build()
}

fn describe(route: &Route) -> String {
    let authority = match route.authority {
        Authority::Anyone => "Needs no credential.",
        Authority::OwnPage => "Needs no credential; answers Switchyard's own page alone.",
        Authority::Guest => {
            "Needs no credential where people sign in, and the role viewer where nobody does."
        }
        Authority::Role(Role::Viewer) => "Needs the role viewer.",
        Authority::Role(Role::Member) => "Needs the role member.",
        Authority::Role(Role::Admin) => "Needs the role admin.",
    };
    let socket = if route.doc.websocket { " A WebSocket; the reply is what the server sends." } else { "" };
    format!("{authority} Rate class: {}.{socket}", route.rate.as_str())
}

fn reply_text(status: u16) -> &'static str {
    match status {
        101 => "Frames that the server sends",
        201 => "Made",
        202 => "Taken on",
        204 => "Done",
        _ => "The answer",
    }
}

fn path_parameters(path: &'static str) -> impl Iterator<Item = &'static str> {
    path.split('/').filter_map(|part| part.strip_prefix('{')?.strip_suffix('}'))
}

fn text_parameter(name: &str, place: ParameterIn, required: Required) -> Parameter {
    let text = ObjectBuilder::new().schema_type(Type::String).build();
    ParameterBuilder::new().name(name).parameter_in(place).required(required).schema(Some(text)).build()
}
