// A cell of a CSV file, in quotation marks where it needs them; a text that a spreadsheet would carry out has an apostrophe.
function quoted(value) {
  if (value === null || value === undefined) return '';
  const text = typeof value === 'string' && /^[=+@\t\r-]/.test(value) ? `'${value}` : String(value);
  return /[",\n]/.test(text) ? `"${text.replace(/"/g, '""')}"` : text;
}

module.exports = {quoted};
