// How Mockoon passes arguments to faker. Nothing here knows of the host or of faker.

const EXAMPLES = '(valid: "location.zipCode", "date.past", etc)';

// `person.firstName` in two; a sentence for people when it is none.
export function pathOf(name) {
  const known = name === undefined || name.tag === 'text' || name.tag === 'safe-text';
  if (!known) throw `Faker method name must be a string ${EXAMPLES}`;
  const path = name?.val ?? '';
  if (path === '') throw `Faker method name is missing ${EXAMPLES}`;
  if (!/^[a-z]+\.[a-z0-9]+$/i.test(path)) throw `${path} is not a valid Faker method ${EXAMPLES}`;
  return path.split('.');
}

// `{min: 1, max: 5}` as an object: names may stand without quotes or in single ones.
export function fromObjectText(text) {
  try {
    return JSON.parse(text.replaceAll('\\', '').replace(/['"]?(\w+)['"]?:/g, '"$1": '));
  } catch {
    throw `Error in parsing object argument ${text}`;
  }
}
