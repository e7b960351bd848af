/** Whether the title of a terminal is that of a task's: its name, with its folder behind it where a window has several. */
export function isTitleOfTask(title: string, name: string): boolean {
  return name !== '' && (title === name || (title.startsWith(`${name} (`) && title.endsWith(')')));
}
