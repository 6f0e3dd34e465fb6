import { remembered } from '../../lib/storage.ts';
import { stageLayouts } from './layout.ts';

/** `auto`: a grid while all fit on one page, then the speaker with others beside. */
const viewLayouts = ['auto', ...stageLayouts] as const;
export type ViewLayout = (typeof viewLayouts)[number];

/** The user's, or the recorder's, view of the call. */
export class StageView {
  #layout = $state<ViewLayout>('auto');
  #hidesSelf = $state(false);
  /** The identity of the pinned participant. */
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

  /** Whether the user's own tile is hidden from the user while others are in the call. */
  get hidesSelf(): boolean {
    return this.#hidesSelf;
  }

  /** Chooses a layout, also for later calls in this browser. */
  chooseLayout(layout: ViewLayout): void {
    this.#layout = layout;
    this.page = 0;
    remembered.set('layout', layout);
  }

  hideSelf(hidden: boolean): void {
    this.#hidesSelf = hidden;
    remembered.set('hideSelf', hidden ? 'yes' : undefined);
  }

  /** Pins a participant, or unpins. */
  togglePin(identity: string): void {
    this.pinned = this.pinned === identity ? undefined : identity;
  }
}

/** Creates the view with the last settings in this browser. */
export const rememberedView = (): StageView =>
  new StageView(
    viewLayouts.find((layout) => layout === remembered.get('layout')) ?? 'auto',
    remembered.get('hideSelf') === 'yes',
  );
