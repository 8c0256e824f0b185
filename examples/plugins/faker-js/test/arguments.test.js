import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fromObjectText, pathOf } from '../src/arguments.js';

const text = (val) => ({ tag: 'text', val });

test('a method is a module and a name', () => {
  assert.deepEqual(pathOf(text('person.firstName')), ['person', 'firstName']);
  const fails = (name, start) => assert.throws(() => pathOf(name), (said) => said.startsWith(start));
  fails(undefined, 'Faker method name is missing');
  fails(text(''), 'Faker method name is missing');
  fails({ tag: 'number', val: 1 }, 'Faker method name must be a string');
  fails(text('person'), 'person is not a valid Faker method');
});

test('objects as text', () => {
  assert.deepEqual(fromObjectText(`{min: 1, "max": 5, 'x': 2}`), { min: 1, max: 5, x: 2 });
  assert.throws(() => fromObjectText('{min}'), (said) => said.startsWith('Error in parsing'));
});
