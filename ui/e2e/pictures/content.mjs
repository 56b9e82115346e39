// What the pictures show: the board of a small team that builds a recipe site.

const SEARCH_TS = `import { normalise } from './text';

export interface Recipe {
  title: string;
  ingredients: string[];
}

/** Recipes whose title holds every word. */
export function search(recipes: Recipe[], query: string): Recipe[] {
  const words = query.split(' ');
  return recipes.filter((recipe) => words.every((word) => recipe.title.includes(word)));
}
`;

const SEARCH_TS_AFTER = `import { normalise } from './text';

export interface Recipe {
  title: string;
  ingredients: string[];
}

/** Recipes whose title or ingredients hold every word, the best first. */
export function search(recipes: Recipe[], query: string): Recipe[] {
  const words = normalise(query).split(' ').filter(Boolean);
  if (words.length === 0) return recipes;
  return recipes
    .map((recipe) => ({ recipe, score: scoreOf(recipe, words) }))
    .filter(({ score }) => score > 0)
    .sort((a, b) => b.score - a.score)
    .map(({ recipe }) => recipe);
}

/** A word in the title counts for more than one among the ingredients. */
function scoreOf(recipe: Recipe, words: string[]): number {
  const title = normalise(recipe.title);
  const ingredients = normalise(recipe.ingredients.join(' '));
  let score = 0;
  for (const word of words) {
    if (title.includes(word)) score += 3;
    else if (ingredients.includes(word)) score += 1;
    else return 0;
  }
  return score;
}
`;

const TEST_TS = `import { expect, it } from 'vitest';
import { search } from './search';

const soup = { title: 'Tomato soup', ingredients: ['tomatoes', 'basil'] };
const salad = { title: 'Greek salad', ingredients: ['feta', 'tomatoes'] };

it('finds a recipe by what is in it', () => {
  expect(search([soup, salad], 'feta')).toEqual([salad]);
});

it('puts a hit in the title first', () => {
  expect(search([salad, soup], 'tomato')).toEqual([soup, salad]);
});
`;

const TEXT_TS = `/** Lower case, no accents, single blanks. */
export const normalise = (text: string): string =>
  text.toLowerCase().normalize('NFD').replace(/[\\u0300-\\u036f]/g, '').replace(/\\s+/g, ' ').trim();
`;

const RATE_LIMIT_TS = `const WINDOW_MS = 60_000;
const MOST_IN_WINDOW = 30;

const seen = new Map<string, number[]>();

/** Whether this address may submit once more. */
export function mayUpload(address: string, now: number): boolean {
  const recent = (seen.get(address) ?? []).filter((at) => now - at < WINDOW_MS);
  if (recent.length >= MOST_IN_WINDOW) return false;
  seen.set(address, [...recent, now]);
  return true;
}
`;

export const FILES = {
  'README.md': '# Pantry\n\nRecipes, kept and found again.\n',
  'package.json': '{\n  "name": "pantry",\n  "type": "module",\n  "scripts": { "test": "node --test" }\n}\n',
  'src/search.ts': SEARCH_TS,
  'src/text.ts': TEXT_TS,
  'src/upload.ts': "import { store } from './store';\n\nexport async function upload(request: Request): Promise<Response> {\n  const picture = await request.arrayBuffer();\n  await store(picture);\n  return new Response(null, { status: 201 });\n}\n",
};

/** The tasks of each column; `agent` names the scene that an agent plays on it. */
export const TASKS = [
  { status: 'todo', priority: 'high', labels: ['bug'], title: 'Times in the calendar are an hour off after the clock change', description: 'Reported twice. The server stores local time.' },
  { status: 'todo', priority: 'medium', labels: ['feature', 'mobile'], title: 'Keep the screen awake while cooking', description: 'Ask for a wake lock on the recipe page.' },
  { status: 'todo', priority: 'low', labels: ['docs'], title: 'Describe how to import from a spreadsheet' },
  { status: 'todo', priority: 'none', labels: ['idea'], title: 'Suggest what to cook from what is in the fridge', description: 'Start with exact matches, no model.' },
  { status: 'todo', priority: 'high', labels: ['security'], title: 'Let a household share one list without sharing a password' },
  { status: 'todo', priority: 'medium', labels: ['a11y'], title: 'Announce the timer to screen readers' },
  { status: 'in_progress', priority: 'urgent', labels: ['security'], title: 'Limit how often pictures can be uploaded', description: 'Thirty a minute for each address, with a clear answer when it is too many.', agent: 'limit' },
  { status: 'in_progress', priority: 'high', labels: ['feature', 'search'], title: 'Find recipes by their ingredients', description: 'Titles alone are not enough: *feta* should find the Greek salad.\n\n- a hit in the title counts for more\n- accents and case do not matter', agent: 'search' },
  { status: 'in_progress', priority: 'low', labels: ['docs'], title: 'Collect the units that each country cooks with', description: 'Cups are not the same everywhere.' },
  { status: 'in_progress', priority: 'medium', labels: ['performance'], title: 'Load the pictures of a long list lazily', agent: 'lazy' },
  { status: 'in_review', priority: 'medium', labels: ['search'], title: 'Rank search results by where the words are', description: 'Title before ingredients.', agent: 'rank' },
  { status: 'in_review', priority: 'low', labels: ['chore'], title: 'Move the settings to one typed file', agent: 'settings' },
  { status: 'in_review', priority: 'high', labels: ['bug'], title: 'Half a teaspoon is no longer rounded to none' },
  { status: 'done', priority: 'high', labels: ['bug'], title: 'Sign-in no longer loops when cookies are blocked' },
  { status: 'done', priority: 'medium', labels: ['feature'], title: 'Print a recipe on one page' },
  { status: 'done', priority: 'low', labels: ['docs'], title: 'Explain how amounts are scaled' },
  { status: 'done', priority: 'none', labels: ['chore'], title: 'Update the build to the current toolchain' },
  { status: 'cancelled', priority: 'low', labels: ['idea'], title: 'Voice control for the timer', description: 'The browser support is not there yet.' },
];

const PLAN = '[[plan Read how search works now|Score titles and ingredients|Cover it with tests|Run the tests]]';

/** What the agent does, by words of the prompt. */
export const SCENES = [
  {
    when: 'Find recipes by their ingredients',
    do: [
      '[[think The query is matched against the title alone, and it is case sensitive. normalise() exists already but is not used.]]',
      PLAN,
      '[[say I read `src/search.ts`: only titles are matched, and *Feta* does not find *feta*. I will score titles and ingredients with the normalised words.]]',
      '[[shell ls src]]',
      `[[write src/search.ts|${SEARCH_TS_AFTER}]]`,
      `[[write src/search.test.ts|${TEST_TS}]]`,
      '[[say Search now looks at both, with a hit in the title first. The tests are next.]]',
      '[[usage 38400|200000|0.31]]',
      '[[hang]]',
    ].join(' '),
  },
  {
    when: 'Rank search results',
    do: [
      '[[say Results are now ordered by score: three points for a word in the title, one for an ingredient.]]',
      `[[write src/search.ts|${SEARCH_TS_AFTER}]]`,
      `[[write src/search.test.ts|${TEST_TS}]]`,
      '[[shell echo "2 tests, 2 passed"]]',
      '[[usage 21700|200000|0.17]]',
      '[[say Both tests pass.]]',
    ].join(' '),
  },
  {
    when: 'Limit how often',
    do: [
      '[[plan Count uploads by address|Answer 429 when there are too many|Test the window]]',
      '[[say I count uploads in a sliding window of a minute.]]',
      `[[write src/rate-limit.ts|${RATE_LIMIT_TS}]]`,
      '[[usage 15200|200000|0.11]]',
      '[[ask npm test -- rate-limit]]',
      '[[say Done.]]',
    ].join(' '),
  },
  { when: 'Load the pictures', do: '[[say I look for the image element first.]] [[ask Install the package “sharp”]] [[say Done.]]' },
  { when: 'Move the settings', do: '[[say One typed file now, read once at the start.]] [[write src/settings.ts|export const settings = { language: "en", units: "metric" } as const;\n]]' },
];
