// Real repositories: a clone of this very one, and small ones for special cases.
import { execFileSync } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

const ENVIRONMENT = {
  ...process.env,
  GIT_CONFIG_GLOBAL: '/dev/null',
  GIT_CONFIG_NOSYSTEM: '1',
  // The checkout that is cloned may belong to another user than the one who runs the tests.
  GIT_CONFIG_COUNT: '1',
  GIT_CONFIG_KEY_0: 'safe.directory',
  GIT_CONFIG_VALUE_0: '*',
};

const run = (folder, ...args) => execFileSync('git', args, { cwd: folder, env: ENVIRONMENT, encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] }).trimEnd();

export class Repository {
  constructor(path) {
    this.path = path;
  }

  /** A clone of the repository that this file is in, on the branch `main`. */
  static cloneOfThis(path) {
    mkdirSync(dirname(path), { recursive: true });
    const here = run(import.meta.dirname, 'rev-parse', '--show-toplevel');
    run(dirname(path), 'clone', '--quiet', '--no-hardlinks', here, path);
    // A checkout in continuous integration may have no branch.
    run(path, 'checkout', '--quiet', '-B', 'main');
    return new Repository(path).#named();
  }

  /** A repository with one commit. */
  static small(path, files = { 'README.md': '# Small\n' }) {
    mkdirSync(path, { recursive: true });
    run(path, 'init', '--quiet', '--initial-branch=main');
    const repository = new Repository(path).#named();
    repository.commit('Begin', files);
    return repository;
  }

  #named() {
    this.git('config', 'user.name', 'Robin Tester');
    this.git('config', 'user.email', 'robin@example.org');
    return this;
  }

  git(...args) {
    return run(this.path, ...args);
  }

  write(name, text) {
    mkdirSync(dirname(join(this.path, name)), { recursive: true });
    writeFileSync(join(this.path, name), text);
  }

  read(name) {
    return readFileSync(join(this.path, name), 'utf8');
  }

  /** Writes the files and commits them. */
  commit(message, files) {
    for (const [name, text] of Object.entries(files)) this.write(name, text);
    this.git('add', '--all');
    this.git('commit', '--quiet', '--message', message);
  }
}
