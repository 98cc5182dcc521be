// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {MeterRecord} from "../../contracts/types/Proof.sol";
import {MeterAlgorithm} from "../../contracts/types/Terms.sol";
import {vm} from "../support/Vm.sol";

/// @notice OCMF records of a meter on either curve, signed as a meter would.
library MeterRecords {
    /// @dev One key for both curves: 1, whose public key is the curve's base point (SEC 2, sections 2.4.1 and 2.4.2).
    uint256 private constant KEY = 1;

    bytes internal constant K1_PUBLIC_KEY =
        hex"79be667ef9dcbbac55a06295ce870b07029bfcdb2dce28d959f2815b16f81798483ada7726a3c4655da4fbfc0e1108a8fd17b448a68554199c47d08ffb10d4b8";

    bytes internal constant R1_PUBLIC_KEY =
        hex"6b17d1f2e12c4247f8bce6e563a440f277037d812deb33a0f4a13945d898c2964fe342e2fe1a7f9b8ee7eb4a7c0f9e162bce33576b315ececbb6406837bf51f5";

    bytes private constant BASE32 = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";

    /// @notice Contents of a record: a transaction of `energyWh`, begun at the register `fromWh`, at one unix second.
    struct Transaction {
        string id;
        uint256 page;
        uint256 fromWh;
        uint256 energyWh;
        uint256 timeSec;
    }

    /// @notice The public key of a meter of this algorithm, x ‖ y; empty when it has none.
    function keyOf(uint8 algorithm) internal pure returns (bytes memory) {
        if (algorithm == MeterAlgorithm.ECDSA_SECP256R1_SHA256) return R1_PUBLIC_KEY;
        return algorithm == MeterAlgorithm.ECDSA_SECP256K1_SHA256 ? K1_PUBLIC_KEY : bytes("");
    }

    /// @notice One record with begin and end, or one with the begin and one with the end.
    function signed(
        uint8 algorithm,
        Transaction memory t,
        bool inTwo
    ) internal pure returns (MeterRecord[] memory records) {
        string memory begin = _entry("B", t.fromWh, t.timeSec);
        string memory end = _entry("E", t.fromWh + t.energyWh, t.timeSec);
        records = new MeterRecord[](inTwo ? 2 : 1);
        if (inTwo) {
            records[0] = _sign(algorithm, _payload(t.id, t.page, begin));
            records[1] = _sign(algorithm, _payload(t.id, t.page + 1, end));
        } else {
            records[0] = _sign(algorithm, _payload(t.id, t.page, string.concat(begin, ",", end)));
        }
    }

    /// @notice 20 base32 characters of the first 100 bits.
    function idTag(bytes32 hash) internal pure returns (string memory) {
        bytes memory text = new bytes(20);
        for (uint256 i = 0; i < 20; ++i) text[i] = BASE32[(uint256(hash) >> (251 - 5 * i)) & 31];
        return string(text);
    }

    function _sign(uint8 algorithm, bytes memory payload) private pure returns (MeterRecord memory record) {
        bytes32 digest = sha256(payload);
        record.payload = payload;
        if (algorithm == MeterAlgorithm.ECDSA_SECP256R1_SHA256) {
            (record.r, record.s) = vm.signP256(KEY, digest);
        } else {
            (, record.r, record.s) = vm.sign(KEY, digest);
        }
    }

    // solhint-disable quotes

    function _payload(
        string memory id,
        uint256 page,
        string memory entries
    ) private pure returns (bytes memory) {
        string memory head = string.concat('{"FV":"1.0","PG":"T', vm.toString(page), '","ID":"', id);
        return bytes(string.concat(head, '","RD":[', entries, "]}"));
    }

    function _entry(
        string memory kind,
        uint256 registerWh,
        uint256 timeSec
    ) private pure returns (string memory) {
        string memory tm = string.concat('{"TM":"', _time(timeSec), ' S","TX":"', kind, '","RV":');
        return string.concat(tm, vm.toString(registerWh), ',"RI":"1-0:1.8.0","RU":"Wh","ST":"G"}');
    }

    /// @dev The date by Howard Hinnant's `civil_from_days`, within the era of 2000 to 2400: day 0 is 2000-03-01.
    function _time(uint256 timeSec) private pure returns (string memory) {
        uint256 day = timeSec / 1 days - 11_017;
        uint256 year = (day - day / 1_460 + day / 36_524) / 365;
        uint256 ofYear = day - (365 * year + year / 4 - year / 100);
        uint256 month = (5 * ofYear + 2) / 153;
        string memory date = string.concat(
            vm.toString(2000 + year + (month < 10 ? 0 : 1)),
            _two("-", month < 10 ? month + 3 : month - 9),
            _two("-", ofYear - (153 * month + 2) / 5 + 1)
        );
        uint256 sec = timeSec % 1 days;
        return
            string.concat(
                date,
                _two("T", sec / 3_600),
                _two(":", (sec / 60) % 60),
                _two(":", sec % 60),
                ",000+0000"
            );
    }

    function _two(string memory before, uint256 number) private pure returns (string memory) {
        return string.concat(before, number < 10 ? "0" : "", vm.toString(number));
    }
}
