import { remembered } from '../../lib/storage.ts';
import { stageLayouts } from './layout.ts';

/** `auto`: a grid while all fit on one page, then the speaker with others beside. */
export const viewLayouts = ['auto', ...stageLayouts] as const;
export type ViewLayout = (typeof viewLayouts)[number];

/** How this user, or the recorder, looks at the call. */
export class StageView {
  #layout = $state<ViewLayout>('auto');
  #hidesSelf = $state(false);
  /** The identity of who is large, whatever the layout. */
  pinned = $state<string>();
  /** The page of people that is shown; the first is 0. */
  page = $state(0);

  constructor(layout: ViewLayout, hidesSelf = false) {
    this.#layout = layout;
    this.#hidesSelf = hidesSelf;
  }

  get layout(): ViewLayout {
    return this.#layout;
  }

  /** Whether the user does not see the own camera while others are there, who do. */
  get hidesSelf(): boolean {
    return this.#hidesSelf;
  }

  /** Chooses a layout, for the next calls in this browser, too. */
  chooseLayout(layout: ViewLayout): void {
    this.#layout = layout;
    this.page = 0;
    remembered.set('layout', layout);
  }

  hideSelf(hidden: boolean): void {
    this.#hidesSelf = hidden;
    remembered.set('hideSelf', hidden ? 'yes' : undefined);
  }

  /** Makes somebody large, or, if somebody is already, nobody in particular. */
  togglePin(identity: string): void {
    this.pinned = this.pinned === identity ? undefined : identity;
  }
}

/** The view as the user left it the last time in this browser. */
export const rememberedView = (): StageView =>
  new StageView(
    viewLayouts.find((layout) => layout === remembered.get('layout')) ?? 'auto',
    remembered.get('hideSelf') === 'yes',
  );
