//! The protocol's content as the transcript's.

use agent_client_protocol::v1::schema as acp;
use switchyard_domain::transcript::ToolContent;

/// Longest text of one part of an entry, in bytes.
pub(super) const LONGEST: usize = 512 * 1024;

/// Most parts of one tool call.
const MOST: usize = 200;

/// Content as text; what is no text is named.
pub(super) fn text(block: &acp::ContentBlock) -> String {
    match block {
        acp::ContentBlock::Text(text) => text.text.clone(),
        acp::ContentBlock::Image(image) => format!("[image, {}]", image.mime_type),
        acp::ContentBlock::Audio(audio) => format!("[sound, {}]", audio.mime_type),
        acp::ContentBlock::ResourceLink(link) => format!("[{}]({})", link.name, link.uri),
        acp::ContentBlock::Resource(resource) => match &resource.resource {
            acp::EmbeddedResourceResource::TextResourceContents(text) => text.text.clone(),
            acp::EmbeddedResourceResource::BlobResourceContents(blob) => format!("[file]({})", blob.uri),
            _ => String::new(),
        },
        _ => String::new(),
    }
}

/// What a tool call produced. Terminals are left out: what they show comes beside the content.
pub(super) fn tool_content(parts: Vec<acp::ToolCallContent>) -> Vec<ToolContent> {
    parts
        .into_iter()
        .take(MOST)
        .filter_map(|part| match part {
            acp::ToolCallContent::Content(part) => {
                Some(ToolContent::Text { text: shorten(text(&part.content)) })
            }
            acp::ToolCallContent::Diff(diff) => Some(ToolContent::Diff {
                path: diff.path.to_string_lossy().into_owned(),
                old_text: diff.old_text.map(shorten),
                new_text: shorten(diff.new_text),
            }),
            _ => None,
        })
        .collect()
}

/// Cuts a text that is too long, and says so at its end.
pub(super) fn shorten(mut text: String) -> String {
    if text.len() > LONGEST {
        let left = text.len() - LONGEST;
        text.truncate(text.floor_char_boundary(LONGEST));
        text.push_str(&format!("\n… {left} bytes left out"));
    }
    text
}
