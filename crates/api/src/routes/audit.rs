//! The audit log, to be read.

use axum::Json;
use axum::body::Body;
use axum::extract::State;
use axum::http::{HeaderValue, header};
use axum::response::{IntoResponse, Response};
use futures_util::stream;
use switchyard_app::App;
use switchyard_domain::audit::AuditFilter;
use switchyard_domain::{PageRequest, Result, Scope};

use crate::error::ApiResult;
use crate::extract::{Caller, Params};
use crate::state::ApiState;
use crate::table::{Rate, Route};
use crate::wire::Page;
use crate::wire::audit::{AuditQuery, AuditRecord};

pub(super) fn routes() -> Vec<Route> {
    vec![
        Route::read("/api/audit", "audit.list", list)
            .summary("What was done, newest first: by anybody for admins, by yourself otherwise")
            .query::<AuditQuery>()
            .reply_page::<AuditRecord>(),
        Route::read("/api/audit/export", "audit.export", export)
            .rate(Rate::Jobs)
            .summary("The same in whole, a line of JSON for each entry")
            .query::<AuditQuery>()
            .reply_empty(200),
    ]
}

async fn list(
    State(state): State<ApiState>,
    caller: Caller,
    Params(query): Params<AuditQuery>,
) -> ApiResult<Json<Page<AuditRecord>>> {
    let filter = query.filter()?;
    let page = PageRequest::new(query.limit, query.cursor);
    Ok(Json(state.app.audit_log(&caller.scope, &filter, &page).await?.into()))
}

async fn export(
    State(state): State<ApiState>,
    caller: Caller,
    Params(query): Params<AuditQuery>,
) -> ApiResult<Response> {
    let filter = query.filter()?;
    let first = PageRequest::new(Some(PageRequest::MAX), query.cursor);
    let (app, scope) = (state.app.clone(), caller.scope);
    // Page by page, as fast as the client reads.
    let pages = stream::try_unfold(Some(first), move |page| {
        let (app, filter) = (app.clone(), filter.clone());
        async move {
            match page {
                Some(page) => lines(&app, &scope, &filter, page).await.map(Some),
                None => Ok(None),
            }
        }
    });
    let headers = [
        (header::CONTENT_TYPE, HeaderValue::from_static("application/x-ndjson")),
        (
            header::CONTENT_DISPOSITION,
            HeaderValue::from_static("attachment; filename=\"switchyard-audit.ndjson\""),
        ),
    ];
    Ok((headers, Body::from_stream(pages)).into_response())
}

/// A page as lines, and the page after it.
async fn lines(
    app: &App,
    scope: &Scope,
    filter: &AuditFilter,
    page: PageRequest,
) -> Result<(Vec<u8>, Option<PageRequest>)> {
    let found = app.audit_log(scope, filter, &page).await?;
    let next = found.next_cursor.clone().map(|cursor| PageRequest::new(Some(PageRequest::MAX), Some(cursor)));
    let mut text = Vec::new();
    for record in found.items {
        serde_json::to_writer(&mut text, &AuditRecord::from(record))
            .map_err(switchyard_domain::Error::internal)?;
        text.push(b'\n');
    }
    Ok((text, next))
}
