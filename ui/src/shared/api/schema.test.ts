// @vitest-environment node
import { readFileSync } from 'node:fs';
import openapiTS, { astToString, COMMENT_HEADER } from 'openapi-typescript';
import { expect, test } from 'vitest';

test('the generated types are those of the OpenAPI document; otherwise run `npm run gen`', async () => {
  const document = new URL('../../../../docs/openapi.json', import.meta.url);
  const generated = COMMENT_HEADER + astToString(await openapiTS(document));
  const committed = readFileSync(new URL('./schema.gen.ts', import.meta.url), 'utf8');
  expect(committed.trim() === generated.trim()).toBe(true);
}, 60_000);
