/** `api_key.create` is shown as “Api key: create”. */
export function actionText(action: string): string {
  const dot = action.indexOf('.');
  const noun = plain(dot < 0 ? action : action.slice(0, dot));
  return dot < 0 ? noun : `${noun}: ${plain(action.slice(dot + 1)).toLowerCase()}`;
}

/** A name as programs write it, for people. */
export function plain(name: string): string {
  const text = name.replaceAll(/[_.-]+/g, ' ').trim();
  const known = text.replace(/^api /i, 'API ');
  return known.charAt(0).toUpperCase() + known.slice(1);
}

/** Acts by which somebody was kept out, or failed to get in. */
export const isRefusal = (action: string): boolean => /refuse|denied|reject|fail/.test(action);
