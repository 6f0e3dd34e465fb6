import { startInputSchema } from '@reelroom/shared';
import t from 'tap';
import { layouts, parseOptions, qualities } from './start-options.ts';
import { stageLayouts } from '../stage/layout.ts';

const defaults = { layout: 'grid', quality: '720p', audioOnly: false };

t.test('options are what was remembered, or the usual', async (t) => {
  const chosen = { layout: 'speaker', quality: '1080p', audioOnly: true };
  t.same(parseOptions(JSON.stringify(chosen)), chosen);
  t.same(parseOptions('{"layout":"speaker"}'), { ...defaults, layout: 'speaker' });
  for (const text of [undefined, '', '{', 'null', '[]', '{"quality":"8k"}'])
    t.same(parseOptions(text), defaults);
});

t.test('every choice of the contract can be made, and recorded', async (t) => {
  const { layout, quality } = startInputSchema.shape;
  const layoutsThere = layout.def.innerType.options;
  t.same(
    layouts.map(({ value }) => value),
    layoutsThere,
  );
  t.same(
    qualities.map(({ value }) => value),
    quality.def.innerType.options,
  );
  t.same(stageLayouts, layoutsThere);
});
