// The API, for what a scenario needs beside the browser: preparing in bulk, and looking behind the page.

export class Api {
  #base;
  #token;

  constructor(url, token) {
    this.#base = `${url}/api`;
    this.#token = token;
  }

  get = (path) => this.#call('GET', path);
  post = (path, body, headers) => this.#call('POST', path, body, headers);
  patch = (path, version, body) => this.#call('PATCH', path, body, { 'If-Match': `"${version}"` });

  async #call(method, path, body, headers = {}) {
    const response = await fetch(this.#base + path, {
      method,
      headers: { Authorization: `Bearer ${this.#token}`, ...(body === undefined ? {} : { 'Content-Type': 'application/json' }), ...headers },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const text = await response.text();
    if (!response.ok) throw new Error(`${method} ${path} answered ${response.status}: ${text}`);
    return text === '' ? null : JSON.parse(text);
  }

  /** All items of a list, page by page. */
  async all(path) {
    const items = [];
    for (let cursor = null; ; ) {
      const joint = path.includes('?') ? '&' : '?';
      const page = await this.get(path + (cursor === null ? '' : `${joint}cursor=${encodeURIComponent(cursor)}`));
      items.push(...page.items);
      cursor = page.next_cursor ?? null;
      if (cursor === null) return items;
    }
  }

  /** A project over a repository. */
  async project(name, path) {
    const project = await this.post('/projects', { name });
    if (path) await this.post(`/projects/${project.id}/repos`, { path });
    return project;
  }

  task = (projectId, task) => this.post(`/projects/${projectId}/tasks`, task);
}
