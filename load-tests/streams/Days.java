/** Days of the Gregorian calendar. */
final class Days {
  private Days() {}

  static long since1970(int year, int month, int day) {
    long shifted = month > 2 ? year : year - 1;
    long era = Math.floorDiv(shifted, 400);
    long ofEra = shifted - era * 400;
    long ofYear = (153L * (month > 2 ? month - 3 : month + 9) + 2) / 5 + day - 1;
    return era * 146_097 + ofEra * 365 + ofEra / 4 - ofEra / 100 + ofYear - 719_468;
  }
}
