// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {ERC20} from "@openzeppelin/contracts/token/ERC20/ERC20.sol";

/// @title Hostile: calls a contract in the middle of every transfer and stores the result; anyone mints
contract ReenteringToken is ERC20 {
    address private _target;
    bytes private _call;

    bool public callbackSucceeded;
    bytes public callbackResult;

    constructor() ERC20("Reentering", "RE") {}

    function mint(address to, uint256 amount) external {
        _mint(to, amount);
    }

    function setCallback(address target, bytes calldata call_) external {
        _target = target;
        _call = call_;
    }

    function decimals() public pure override returns (uint8) {
        return 6;
    }

    function _update(address from, address to, uint256 amount) internal override {
        super._update(from, to, amount);
        if (_target == address(0)) return;
        (callbackSucceeded, callbackResult) = _target.call(_call);
    }
}
