// Begins what takes longest, then the page.
import 'virtual:house.css';
import './style.css';
import './hints.css';
import './first.js';

// Styles are not waited for, the document is.
if (document.readyState === 'loading') addEventListener('DOMContentLoaded', begin);
else begin();

function begin(): void {
  void import('./main.js');
}
