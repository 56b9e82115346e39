//! Approvals.

use axum::Json;
use axum::extract::State;
use axum::http::Method;
use switchyard_domain::{ApprovalId, PageRequest};

use crate::error::ApiResult;
use crate::extract::{Caller, Id, Input, Params, Versioned};
use crate::state::ApiState;
use crate::table::{Rate, Route};
use crate::wire::Page;
use crate::wire::approval::{AnswerApproval, Approval, ApprovalQuery};

pub(super) fn routes() -> Vec<Route> {
    vec![
        Route::read("/api/approvals", "approval.list", list)
            .summary("Permission requests of agents, newest first")
            .query::<ApprovalQuery>()
            .reply_page::<Approval>(),
        Route::write(Method::POST, "/api/approvals/{id}", "approval.answer", answer)
            .summary("Answers a permission request")
            .rate(Rate::Sessions)
            .body::<AnswerApproval>()
            .reply::<Approval>(200),
    ]
}

async fn list(
    State(state): State<ApiState>,
    caller: Caller,
    Params(query): Params<ApprovalQuery>,
) -> ApiResult<Json<Page<Approval>>> {
    let status = query.status()?;
    let page = PageRequest::new(query.limit, query.cursor);
    Ok(Json(state.app.approvals(&caller.scope, status, &page).await?.into()))
}

async fn answer(
    State(state): State<ApiState>,
    caller: Caller,
    Id(id): Id<ApprovalId>,
    Input(body): Input<AnswerApproval>,
) -> ApiResult<Versioned<Approval>> {
    let approval = state.app.answer_approval(&caller.act(&state.app), id, &body.option_id).await?;
    Ok(Versioned::ok(approval.version, approval.into()))
}
