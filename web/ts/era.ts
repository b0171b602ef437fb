// Beside a native date control: the same day in the Japanese calendar.
//   <input type="date" aria-describedby="x" data-era="x"> … <output id="x">

const calendar = new Intl.DateTimeFormat("ja-JP-u-ca-japanese", { dateStyle: "long", timeZone: "UTC" });

/** "2023-04-01" → "令和5年4月1日"; the first year of an era is 元年; anything else → "". */
export function inEra(value: string): string {
  const day = /^\d{4}-\d{2}-\d{2}$/.test(value) ? new Date(`${value}T00:00:00Z`) : null;
  return day && !Number.isNaN(day.getTime()) ? calendar.format(day).replace(/^(\D+)1年/, "$1元年") : "";
}

function show(input: HTMLInputElement): void {
  const output = document.getElementById(input.dataset.era ?? "");
  if (output) output.textContent = inEra(input.value);
}

document.addEventListener("input", (event) => {
  if (event.target instanceof HTMLInputElement && event.target.dataset.era) show(event.target);
});
for (const input of document.querySelectorAll<HTMLInputElement>("input[data-era]")) show(input);
