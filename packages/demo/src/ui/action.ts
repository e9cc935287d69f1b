/** Buttons that wait: disabled while their work goes on, enabled again however it ends. */
import { toastError } from './toast.ts'

const unavailable = new WeakSet<HTMLButtonElement>()

/** Whether there is anything to do for `button`; while it works it stays disabled in any case. */
export function setAvailable(button: HTMLButtonElement, isAvailable: boolean): void {
  if (isAvailable) unavailable.delete(button)
  else unavailable.add(button)
  button.disabled = !isAvailable || button.hasAttribute('aria-busy')
}

/** Does `work`; a failure is shown unless `handle` says that it dealt with it. Never rejects. */
export async function act(
  button: HTMLButtonElement,
  work: () => Promise<unknown>,
  handle: (error: unknown) => boolean = () => false,
): Promise<void> {
  if (button.disabled) return
  button.disabled = true
  button.setAttribute('aria-busy', 'true')
  try {
    await work()
  } catch (error) {
    if (!handle(error)) toastError(error)
  } finally {
    button.removeAttribute('aria-busy')
    button.disabled = unavailable.has(button)
  }
}

/** Has `work` done at each click. */
export function onClick(button: HTMLButtonElement, work: () => Promise<unknown>): void {
  button.addEventListener('click', () => void act(button, work))
}
